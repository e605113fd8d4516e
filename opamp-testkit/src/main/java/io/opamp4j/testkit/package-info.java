/**
 * What the tests of this project and of its extensions share: time that stands still until told
 * otherwise, fakes of both peers, and the contract a storage backend has to keep. For tests only.
 */
@NullMarked
package io.opamp4j.testkit;

import org.jspecify.annotations.NullMarked;
