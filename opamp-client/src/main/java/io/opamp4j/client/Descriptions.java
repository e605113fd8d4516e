package io.opamp4j.client;

import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ArrayValue;
import io.opamp4j.proto.KeyValue;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes an agent's description from plain attributes, named by the OpenTelemetry conventions for
 * resources. A value is text, a boolean, a number or a list of these; anything else is refused.
 *
 * <p>{@link #collector} and {@link #sdk} take the whole resource that the agent's own telemetry
 * has, so that the two cannot differ (DESC-02, DESC-07), and sort it into what identifies the agent
 * and the rest.
 */
public final class Descriptions {
  private static final String NAME = "service.name";
  private static final String VERSION = "service.version";
  private static final String INSTANCE = "service.instance.id";
  private static final String NAMESPACE = "service.namespace";

  /** How the specification spells the namespace where it speaks of SDKs (DESC-06). */
  private static final String NAMESPACE_OF_SDK = "service.namespace.name";

  private Descriptions() {}

  /**
   * A description.
   *
   * @param identifying together they name the agent, such as {@code service.name} and {@code
   *     service.instance.id}; at least one (DESC-01, DESC-03)
   * @param others what else is to be known, such as {@code os.type}; may be empty
   */
  public static AgentDescription of(Map<String, ?> identifying, Map<String, ?> others) {
    if (identifying.isEmpty()) {
      throw new IllegalArgumentException("an agent needs an identifying attribute");
    }
    AgentDescription.Builder description = AgentDescription.newBuilder();
    new TreeMap<>(identifying)
        .forEach((key, value) -> description.addIdentifyingAttributes(attribute(key, value)));
    new TreeMap<>(others)
        .forEach((key, value) -> description.addNonIdentifyingAttributes(attribute(key, value)));
    return description.build();
  }

  /**
   * What a Collector, or an application that is an agent by itself, says of itself (DESC-04,
   * DESC-05).
   *
   * @param resource with {@code service.name}, {@code service.version}, {@code service.instance.id}
   *     and, if it is in use, {@code service.namespace}, which identify the agent; the rest, such
   *     as {@code os.type}, {@code os.version}, {@code host.name} and what users add, does not
   * @throws IllegalArgumentException if one of the first three is missing
   */
  public static AgentDescription collector(Map<String, ?> resource) {
    return sorted(
        resource, List.of(NAME, VERSION, INSTANCE), Set.of(NAME, VERSION, INSTANCE, NAMESPACE));
  }

  /**
   * What an agent inside an OpenTelemetry SDK says of itself (DESC-06, DESC-08).
   *
   * @param resource of the SDK, with {@code service.name}, {@code service.instance.id} and, if it
   *     is in use, the namespace of the service, which identify the agent; the rest does not
   * @throws IllegalArgumentException if one of the first two is missing
   */
  public static AgentDescription sdk(Map<String, ?> resource) {
    return sorted(
        resource, List.of(NAME, INSTANCE), Set.of(NAME, INSTANCE, NAMESPACE, NAMESPACE_OF_SDK));
  }

  private static AgentDescription sorted(
      Map<String, ?> resource, List<String> required, Set<String> identifying) {
    for (String key : required) {
      Object value = resource.get(key);
      if (value == null || value.equals("")) {
        throw new IllegalArgumentException("the resource of an agent needs a " + key);
      }
    }
    Map<String, Object> names = new TreeMap<>();
    Map<String, Object> others = new TreeMap<>();
    resource.forEach((key, value) -> (identifying.contains(key) ? names : others).put(key, value));
    return of(names, others);
  }

  private static KeyValue attribute(String key, Object value) {
    if (key.isBlank()) {
      throw new IllegalArgumentException("an attribute needs a name: '" + key + "' = " + value);
    }
    return KeyValue.newBuilder().setKey(key).setValue(value(key, value)).build();
  }

  private static AnyValue value(String key, Object value) {
    AnyValue.Builder any = AnyValue.newBuilder();
    if (value instanceof String text) {
      any.setStringValue(text);
    } else if (value instanceof Boolean flag) {
      any.setBoolValue(flag);
    } else if (value instanceof Integer || value instanceof Long) {
      any.setIntValue(((Number) value).longValue());
    } else if (value instanceof Double || value instanceof Float) {
      any.setDoubleValue(((Number) value).doubleValue());
    } else if (value instanceof List<?> list) {
      ArrayValue.Builder values = ArrayValue.newBuilder();
      list.forEach(item -> values.addValues(value(key, item)));
      any.setArrayValue(values);
    } else {
      throw new IllegalArgumentException("the attribute " + key + " cannot be " + value);
    }
    return any.build();
  }
}
