package io.opamp4j.server.cluster;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.inject.Qualifier;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/** Marks the thread on which leases are kept up: nothing else may make it wait. */
@Qualifier
@Retention(RUNTIME)
@Target({PARAMETER, METHOD})
@interface ClusterThread {}
