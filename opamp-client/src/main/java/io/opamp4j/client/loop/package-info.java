/**
 * One thread and one timer round the client machine: inputs are taken one by one, and each step is
 * carried out from top to bottom. Public for the package above, not for applications.
 */
@NullMarked
package io.opamp4j.client.loop;

import org.jspecify.annotations.NullMarked;
