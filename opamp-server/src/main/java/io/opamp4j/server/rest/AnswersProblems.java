package io.opamp4j.server.rest;

import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Every operation of this resource answers what it does not name itself with a {@link Problem}. For
 * the description of the API only; it does not work on methods, where responses named directly hide
 * those of an annotation.
 */
@ApiResponse(
    responseCode = "default",
    description = "Anything else that went wrong",
    content =
        @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface AnswersProblems {}
