/**
 * Configurations kept in files: reading them with the places of mistakes, comparing them, and
 * working out what applying them would do.
 */
@NullMarked
package io.opamp4j.ctl.configs;

import org.jspecify.annotations.NullMarked;
