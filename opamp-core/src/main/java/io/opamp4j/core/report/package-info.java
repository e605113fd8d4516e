/**
 * The report: everything an agent said, kept as one {@link io.opamp4j.proto.AgentToServer}. The
 * wire carries differences; {@link io.opamp4j.core.report.Reports} makes and applies them, and
 * {@link io.opamp4j.core.report.Sync} knows whether the server's copy can be trusted.
 */
@NullMarked
package io.opamp4j.core.report;

import org.jspecify.annotations.NullMarked;
