/**
 * Requests to the server and what its answers mean. One request is one attempt: nothing is sent
 * twice.
 */
@NullMarked
package io.opamp4j.ctl.rest;

import org.jspecify.annotations.NullMarked;
