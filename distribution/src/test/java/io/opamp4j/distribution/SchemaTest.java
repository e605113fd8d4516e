package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The messages are those of the specification, field by field: a name or a number that moved would
 * be another protocol. The list beside this test was written from the specification and not from
 * our files.
 */
class SchemaTest {
  private static final List<FileDescriptor> FILES =
      List.of(AgentToServer.getDescriptor().getFile(), AnyValue.getDescriptor().getFile());

  @Test
  void everyFieldKeepsItsNumberNameAndType_EXT_01() throws IOException {
    Stream<String> fields =
        FILES.stream()
            .flatMap(file -> file.getMessageTypes().stream())
            .flatMap(message -> message.getFields().stream())
            .map(
                field ->
                    field.getContainingType().getName()
                        + "."
                        + field.getName()
                        + " = "
                        + field.getNumber()
                        + ": "
                        + type(field));

    assertThat(fields).containsExactlyInAnyOrderElementsOf(specified(true));
  }

  @Test
  void everyEnumKeepsItsNumbersAndNames_EXT_01() throws IOException {
    Stream<String> values =
        FILES.stream()
            .flatMap(file -> file.getEnumTypes().stream())
            .map(EnumDescriptor::getValues)
            .flatMap(List::stream)
            .map(
                value ->
                    value.getType().getName() + "." + value.getName() + " = " + value.getNumber());

    assertThat(values).containsExactlyInAnyOrderElementsOf(specified(false));
  }

  @Test
  void packageAndPathsAreThoseOfTheSpecification_EXT_01() {
    assertThat(FILES)
        .extracting(FileDescriptor::getName)
        .containsExactly("opamp/v1/opamp.proto", "opamp/v1/anyvalue.proto");
    assertThat(FILES).extracting(FileDescriptor::getPackage).containsOnly("opamp.proto.v1");
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      List<FieldDescriptor> entry = field.getMessageType().getFields();
      return "map<" + type(entry.get(0)) + ", " + type(entry.get(1)) + ">";
    }
    String type =
        switch (field.getJavaType()) {
          case MESSAGE -> field.getMessageType().getName();
          case ENUM -> field.getEnumType().getName();
          default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    return field.isRepeated() ? "repeated " + type : type;
  }

  private static List<String> specified(boolean fields) throws IOException {
    try (InputStream in = SchemaTest.class.getResourceAsStream("schema.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .filter(line -> line.contains(": ") == fields)
          .toList();
    }
  }
}
