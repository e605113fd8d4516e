package io.opamp4j.server.check;

import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.server.ConfigurationCheck;

/** Files that call themselves YAML, by content type or name, must be YAML. */
public final class WellFormedYaml implements ConfigurationCheck {
  @Override
  public Finding check(AgentConfigMap files) {
    return Finding.wrong(YamlFiles.of(files).problems());
  }
}
