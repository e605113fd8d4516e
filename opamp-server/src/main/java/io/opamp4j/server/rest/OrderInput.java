package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.google.protobuf.ByteString;
import io.opamp4j.core.CustomCapability;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.server.agents.OrderDraft;
import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An order as an operator writes it.
 *
 * @param type {@code restart} or {@code custom}; the members below up to {@code data} belong to the
 *     latter
 * @param text the content, if it is text
 * @param data the content in Base64, if it is not; without either it is empty
 */
@Schema(
    description =
        "What an agent is to be sent once. capability, messageType and at most one of text and data"
            + " belong to custom messages.")
record OrderInput(
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {OrderInput.RESTART, OrderInput.CUSTOM})
        @Nullable String type,
    @Schema(
            description = "What the message belongs to; sent once the agent has announced it",
            example = "com.example.pause/v1")
        @Nullable String capability,
    @Schema(description = "What the capability calls the message", maxLength = 255)
        @Nullable String messageType,
    @Schema(description = "The content, if it is text") @Nullable String text,
    @Schema(description = "The content in Base64, if it is not text", format = "byte")
        @Nullable String data,
    @Schema(
            description =
                "How long it may wait for the agent, with its unit: s, m, h or d; up to 7d",
            defaultValue = "1h",
            example = "30m")
        @Nullable String expiresIn) {
  static final String RESTART = "restart";
  static final String CUSTOM = "custom";

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhd])");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  /**
   * Checks everything.
   *
   * @param key the idempotency key; null if there is none
   * @throws ProblemException if anything is wrong, naming all of it
   */
  OrderDraft draft(@Nullable String key) {
    List<FieldError> errors = new ArrayList<>();
    Optional<CustomMessage> message = Optional.empty();
    if (RESTART.equals(type)) {
      refuseContent(errors);
    } else if (CUSTOM.equals(type)) {
      message = Optional.of(message(errors));
    } else {
      errors.add(new FieldError("type", "must be " + RESTART + " or " + CUSTOM));
    }
    Duration lifetime = lifetime(errors);
    if (key != null && (key.isEmpty() || key.length() > OrderDraft.LONGEST_KEY)) {
      errors.add(
          new FieldError(
              OrdersResource.KEY_HEADER,
              "must have 1 to " + OrderDraft.LONGEST_KEY + " characters"));
    }
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest("the order is not valid", errors));
    }
    return new OrderDraft(message, lifetime, Optional.ofNullable(key));
  }

  private void refuseContent(List<FieldError> errors) {
    refuse("capability", capability, errors);
    refuse("messageType", messageType, errors);
    refuse("text", text, errors);
    refuse("data", data, errors);
  }

  private static void refuse(String field, @Nullable String value, List<FieldError> errors) {
    if (value != null) {
      errors.add(new FieldError(field, "has no place in a " + RESTART));
    }
  }

  private CustomMessage message(List<FieldError> errors) {
    CustomMessage.Builder message = CustomMessage.newBuilder();
    if (capability == null || !CustomCapability.isName(capability)) {
      errors.add(
          new FieldError("capability", "must be a name such as com.example.pause/v1 (CUSTOM-05)"));
    } else {
      message.setCapability(capability);
    }
    if (messageType == null
        || messageType.length() > OrderDraft.LONGEST_TYPE
        || !isText(messageType)) {
      errors.add(
          new FieldError(
              "messageType", "must be text of at most " + OrderDraft.LONGEST_TYPE + " characters"));
    } else {
      message.setType(messageType);
    }
    ByteString content = content(errors);
    if (content.size() > OrderDraft.LARGEST_DATA) {
      errors.add(
          new FieldError(
              text != null ? "text" : "data",
              "must not be larger than " + OrderDraft.LARGEST_DATA + " bytes"));
    }
    return message.setData(content).build();
  }

  private ByteString content(List<FieldError> errors) {
    if (text != null && data != null) {
      errors.add(new FieldError("data", "excludes text"));
    } else if (text != null && !isText(text)) {
      errors.add(new FieldError("text", "has half a surrogate pair, which is no character"));
    } else if (text != null) {
      return ByteString.copyFromUtf8(text);
    } else if (data != null) {
      try {
        return ByteString.copyFrom(Base64.getDecoder().decode(data));
      } catch (IllegalArgumentException e) {
        errors.add(new FieldError("data", "is not Base64 (RFC 4648)"));
      }
    }
    return ByteString.EMPTY;
  }

  private Duration lifetime(List<FieldError> errors) {
    if (expiresIn == null) {
      return OrderDraft.USUAL_LIFETIME;
    }
    Matcher matcher = DURATION.matcher(expiresIn);
    if (matcher.matches()) {
      Duration lifetime =
          UNITS
              .getOrDefault(matcher.group(2), Duration.ZERO)
              .multipliedBy(Long.parseLong(matcher.group(1)));
      if (!lifetime.isZero() && lifetime.compareTo(OrderDraft.LONGEST_LIFETIME) <= 0) {
        return lifetime;
      }
    }
    errors.add(new FieldError("expiresIn", "must be a duration such as 90s, 30m or 1h, up to 7d"));
    return OrderDraft.USUAL_LIFETIME;
  }

  private static boolean isText(String value) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(value);
  }
}
