package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.core.server.OneShot;
import io.opamp4j.server.agents.Order;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An order and where it stands. The content of a message is not shown again. */
@Schema(description = "Something an agent is to be sent once, and where it stands")
record OrderDetail(
    @Schema(requiredMode = REQUIRED) String id,
    @Schema(requiredMode = REQUIRED, format = "uuid", description = "Whom it is for") String agent,
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {OrderInput.RESTART, OrderInput.CUSTOM})
        String type,
    @Schema(description = "Of a custom message") @Nullable String capability,
    @Schema(description = "Of a custom message") @Nullable String messageType,
    @Schema(description = "Of a custom message: how many bytes it carries") @Nullable Integer size,
    @Schema(
            requiredMode = REQUIRED,
            description =
                "pending: it waits for the agent; sent: once, and whether the agent did it is not"
                    + " known; expired; cancelled; failed: the server failed while sending it",
            allowableValues = {"pending", "sent", "expired", "cancelled", "failed"})
        String state,
    @Schema(requiredMode = REQUIRED, description = "When it came to that state") Instant stateSince,
    @Schema(requiredMode = REQUIRED) Instant created,
    @Schema(requiredMode = REQUIRED, description = "It is not sent after this") Instant expires) {

  static OrderDetail of(Order order) {
    OneShot.@Nullable Custom custom =
        order.what() instanceof OneShot.Custom message ? message : null;
    return new OrderDetail(
        order.id(),
        order.agent().toString(),
        custom == null ? OrderInput.RESTART : OrderInput.CUSTOM,
        custom == null ? null : custom.message().getCapability(),
        custom == null ? null : custom.message().getType(),
        custom == null ? null : custom.message().getData().size(),
        order.state().name().toLowerCase(Locale.ROOT),
        order.since(),
        order.created(),
        order.expires());
  }
}
