package io.opamp4j.server.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import io.opamp4j.server.fleet.FieldProblem;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects unknown fields instead of stopping at the first, so that all can be told at once. */
final class UnknownFields extends DeserializationProblemHandler {
  /** Under which the caller passes a {@code List<FieldError>} to collect them in. */
  static final Object ATTRIBUTE = UnknownFields.class;

  @Override
  @SuppressWarnings("unchecked") // only JsonBodies sets the attribute
  public boolean handleUnknownProperty(
      DeserializationContext context,
      JsonParser parser,
      @Nullable JsonDeserializer<?> deserializer,
      Object beanOrClass,
      String propertyName)
      throws IOException {
    Collection<Object> known =
        deserializer == null || deserializer.getKnownPropertyNames() == null
            ? List.of()
            : deserializer.getKnownPropertyNames();
    ((List<FieldError>) context.getAttribute(ATTRIBUTE))
        .add(
            new FieldError(
                FieldProblem.member(path(parser), propertyName),
                "is not known; known are " + String.join(", ", sorted(known))));
    parser.skipChildren();
    return true;
  }

  private static Collection<String> sorted(Collection<Object> names) {
    Collection<String> sorted = new TreeSet<>();
    names.forEach(name -> sorted.add(String.valueOf(name)));
    return sorted;
  }

  /** The path of the object whose field the parser has come to the value of. */
  private static String path(JsonParser parser) {
    JsonStreamContext field = parser.getParsingContext();
    // At the beginning of an object or array the context is already that of its inside.
    return path(
        parser.currentToken().isStructStart() ? field.getParent().getParent() : field.getParent());
  }

  private static String path(JsonStreamContext context) {
    if (context.inRoot()) {
      return "";
    }
    String parent = path(context.getParent());
    if (context.inArray()) {
      return parent + "[" + context.getCurrentIndex() + "]";
    }
    String name = context.getCurrentName();
    return name == null ? parent : FieldProblem.member(parent, name);
  }
}
