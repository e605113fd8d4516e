/**
 * The REST API under {@code /api/v1}: one thin resource per noun, records for what goes in and out,
 * and one place where everything that can go wrong becomes problem JSON (RFC 9457). The OpenAPI
 * document is generated from these classes when they are compiled.
 */
@NullMarked
package io.opamp4j.server.rest;

import org.jspecify.annotations.NullMarked;
