package io.opamp4j.ctl.configs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opamp4j.ctl.CtlException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WantedReaderTest {
  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void setUp() throws IOException {
    folder = Files.createDirectories(temp.resolve("fleet"));
  }

  private Path file(String name, String text) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  private String refused(Path path) {
    CtlException e = catchThrowableOfType(CtlException.class, () -> WantedReader.read(path));
    assertThat(e.exitCode()).isEqualTo(2);
    return e.text().replace(folder + "/", "");
  }

  @Test
  void filesMayBeInlineAndBesideTheFile() throws IOException {
    file("web/collector.yaml", "receivers: {}\n");
    Files.write(folder.resolve("web/logo"), new byte[] {(byte) 0xff});
    file(
        "web.yaml",
        """
        name: web
        selector: region in (us,eu), env == prod
        priority: 010
        description: on
        files:
          note.txt: {body: 007}
          bin: {bodyBase64: "_w=="}
        fileRefs:
          collector.yaml: web/collector.yaml
          logo: ./web/../web/logo
        """
            .replace("_w==", "/w=="));
    List<Wanted> all = WantedReader.read(folder);
    assertThat(all).hasSize(1);
    Content content = all.get(0).content();
    assertThat(content.selector()).isEqualTo("env=prod,region in (eu,us)");
    assertThat(content.priority()).isEqualTo(10);
    assertThat(content.description()).isEqualTo("on");
    assertThat(content.files())
        .containsEntry("note.txt", new FileBody("", "007", true))
        .containsEntry("bin", new FileBody("", "/w==", false))
        .containsEntry("collector.yaml", new FileBody("text/yaml", "receivers: {}\n", true))
        .containsEntry("logo", new FileBody("", "/w==", false));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "name: a\\nselector: [x\\nfoo: 1 | c.yaml:3:4: expected ',' or ']'",
        "name: a\\n\\tselector: x | c.yaml:2:1: found character",
        "name: a\\nname: b | c.yaml:2:5: Duplicate field 'name'",
        "name: a\\nselector: ''\\nfiles: {}\\nselctor: x | c.yaml:4:1: selctor is no part of a",
        "name: a\\n"
            + "selector: ''\\n"
            + "files: {}\\n"
            + "priority: many | c.yaml:4:1: priority must be a whole",
        "name: a\\nselector: ''\\nfiles: {}\\npriority: 9999999999 | c.yaml:4:1: priority must be",
        "name: a\\nselector: {a: b}\\nfiles: {} | c.yaml:2:1: selector must be text",
        "name: a\\nselector: ''\\nfiles: [a] | c.yaml:3:1: files must have the names of files",
        "name: a\\nselector: ''\\nfiles: {f: x} | c.yaml:3:9: files.f must have body or",
        "name: a\\nselector: ''\\nfiles: {f: {bodi: x}} | c.yaml:3:13: files.f.bodi is no part",
        "name: a\\nselector: ''\\nfiles: {f: {}} | c.yaml:3:9: files.f must have exactly one of",
        "name: a\\nselector: ''\\nfiles: {f: {body: a, bodyBase64: aa==}} | exactly one of",
        "name: a\\nselector: ''\\nfiles: {f: {bodyBase64: a}} | files.f.bodyBase64 is not Base64",
        "name: a\\nselector: '' | c.yaml:1:1: files or fileRefs is missing",
        "name: a\\nfiles: {} | c.yaml:1:1: selector is missing",
        "selector: ''\\nfiles: {} | c.yaml:1:1: name is missing",
        "- a\\n- b | c.yaml:1:1: must be a configuration",
        "just text | c.yaml:1:1: must be a configuration",
        "name: a\\nselector: ''\\nfiles: {}\\n---\\nname: b | c.yaml:5:1: begins a second document",
        "name: &n a\\nselector: *n\\nfiles: {} | c.yaml:2:11: aliases (*name) are not taken",
        "# nothing | c.yaml: is empty",
        "name: a\\nselector: ''\\nfileRefs: {f: none.txt} | c.yaml:3:12: there is no file",
        "name: a\\nselector: ''\\nfileRefs: {f: [x]} | fileRefs.f must be text",
        "name: a\\nselector: ''\\nfileRefs: {f: .} | '.' is not a file",
        "name: a\\nselector: ''\\nfileRefs: {f: c.yaml}\\nfiles: {f: {body: x}} | is in files, too",
        "{`name`: a | c.yaml:1:2: ",
      })
  void everyMistakeIsToldWithItsPlace(String text, String expected) throws IOException {
    Path file = file("c.yaml", text.replace("\\n", "\n").replace("\\t", "\t"));
    assertThat(refused(file)).contains(expected).endsWith("\nnothing was changed");
  }

  @Test
  void allMistakesOfAllFilesAreToldTogether() throws IOException {
    file("a.yaml", "name: x\nselector: ''\nfiles: {}\npriority: p\nfoo: 1\n");
    file("b.yaml", "name: [\n");
    file("d.yaml", "name: same\nselector: ''\nfiles: {}\n");
    file("e.yaml", "name: same\nselector: ''\nfiles: {}\n");
    assertThat(refused(folder))
        .contains(
            "a.yaml:4:1: ", "a.yaml:5:1: ", "b.yaml:", "e.yaml: name same is taken by d.yaml");
  }

  @ParameterizedTest
  @CsvSource({
    "../secret, is outside",
    "web/../../secret, is outside",
    "link, is outside",
    "linked/secret, is outside",
    "/etc/passwd, must be relative to this file",
  })
  void noFileOutsideTheFolderIsRead(String reference, String message) throws IOException {
    Files.writeString(temp.resolve("secret"), "s3cret");
    Files.createDirectories(folder.resolve("web"));
    Files.createSymbolicLink(folder.resolve("link"), temp.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("linked"), temp);
    String text = "name: a\nselector: ''\nfileRefs: {f: " + reference + "}\n";
    for (Path path : List.of(file("a.yaml", text), folder)) {
      assertThat(refused(path)).contains(message).doesNotContain("s3cret");
    }
  }

  @Test
  void aLinkInsideTheFolderIsFollowed() throws IOException {
    file("common/c.yaml", "a: 1\n");
    Files.createSymbolicLink(folder.resolve("now"), Path.of("common"));
    file("a.yaml", "name: a\nselector: ''\nfileRefs: {c: now/c.yaml}\n");
    assertThat(WantedReader.read(folder).get(0).content().files().get("c").content())
        .isEqualTo("a: 1\n");
  }

  @Test
  void hiddenFilesFoldersAndOtherTypesAreNoConfigurations() throws IOException {
    file(".hidden.yaml", "[");
    file("sub.yaml/c.yaml", "[");
    file("README.md", "[");
    file("a.YAML", "name: a\nselector: ''\nfiles: {}\n");
    assertThat(WantedReader.read(folder)).extracting(Wanted::name).containsExactly("a");
  }

  @Test
  void aFileThatIsTooLargeOrNoTextOrAbsentIsRefused() throws IOException {
    Files.write(folder.resolve("big"), new byte[(16 << 20) + 1]);
    assertThat(refused(file("a.yaml", "name: a\nselector: ''\nfileRefs: {f: big}\n")))
        .contains("'big' is larger than 16 MiB");
    Path binary = Files.write(folder.resolve("b.yaml"), new byte[] {(byte) 0xff, 'a'});
    assertThat(refused(binary)).contains("b.yaml: is not UTF-8");
    assertThat(refused(folder.resolve("none"))).contains("there is no such file or folder");
  }

  @Test
  void standardInputHasNoFilesBesideIt() {
    byte[] text = "name: a\nselector: ''\nfileRefs: {f: x}\n".getBytes(UTF_8);
    CtlException e =
        catchThrowableOfType(
            CtlException.class, () -> WantedReader.read(new ByteArrayInputStream(text)));
    assertThat(e.text()).contains("standard input:3:12: fileRefs.f needs a file");
  }
}
