package io.opamp4j.server.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.MessageBodyWriter;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads and writes bodies that are records. Strict when reading: what is not known, repeated or of
 * another type is refused, naming where it stands. When writing, what is absent is left out, and
 * times are ISO 8601 in UTC.
 */
@Consumes(MediaType.APPLICATION_JSON)
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
final class JsonBodies implements MessageBodyReader<Record>, MessageBodyWriter<Record> {
  /** Each costs another look at the whole body. */
  private static final int MAX_ERRORS = 20;

  private final ObjectMapper mapper =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              text ->
                  text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .addModule(new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance))
          .build();

  /** A record as it is written, on one line. */
  String text(Record body) {
    try {
      return mapper.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of this package can be written", e);
    }
  }

  @Override
  public boolean isReadable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type.isRecord();
  }

  @Override
  public Record readFrom(
      Class<Record> type,
      Type genericType,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, String> httpHeaders,
      InputStream entityStream)
      throws IOException {
    JsonNode tree;
    try (JsonParser parser = mapper.createParser(entityStream)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw JsonErrors.notAnObject(first);
      }
      tree = mapper.readTree(parser);
      if (parser.nextToken() != null) {
        throw JsonErrors.trailing(parser.currentTokenLocation());
      }
    } catch (JsonProcessingException e) {
      throw JsonErrors.syntax(e);
    } catch (CharConversionException e) {
      throw JsonErrors.notText();
    }
    return bind(tree, type);
  }

  /** Takes out what is wrong and tries again, so that all of it can be told at once. */
  private Record bind(JsonNode tree, Class<Record> type) throws IOException {
    List<FieldError> errors = new ArrayList<>();
    while (true) {
      try {
        Record body = mapper.treeToValue(tree, type);
        if (errors.isEmpty()) {
          return body;
        }
        throw JsonErrors.invalid(errors);
      } catch (JsonMappingException e) {
        errors.add(JsonErrors.field(e));
        if (errors.size() == MAX_ERRORS || !remove(tree, e.getPath())) {
          throw JsonErrors.invalid(errors);
        }
      }
    }
  }

  private static boolean remove(JsonNode tree, List<JsonMappingException.Reference> path) {
    JsonNode parent = tree;
    for (JsonMappingException.Reference step : path.subList(0, Math.max(path.size() - 1, 0))) {
      parent = parent.path(step.getFieldName());
    }
    return !path.isEmpty()
        && parent instanceof ObjectNode object
        && object.remove(path.get(path.size() - 1).getFieldName()) != null;
  }

  @Override
  public boolean isWriteable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type.isRecord();
  }

  @Override
  public void writeTo(
      Record body,
      Class<?> type,
      Type genericType,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, Object> httpHeaders,
      OutputStream entityStream)
      throws IOException {
    mapper.writeValue(entityStream, body);
  }
}
