package io.opamp4j.ctl.command;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code opampctl completion}. */
@Command(
    name = "completion",
    description = "Print a script that lets a shell complete commands and options.",
    footer = {
      "",
      "The same script is for bash and for zsh, where it loads bashcompinit by itself.",
      "",
      "Examples:",
      "  opampctl completion bash > ~/.local/share/bash-completion/completions/opampctl",
      "  opampctl completion zsh > ~/.opampctl-completion && echo '. ~/.opampctl-completion' >>"
          + " ~/.zshrc"
    })
final class CompletionCommand implements Runnable {
  /** The shells it works in. */
  enum Shell {
    bash,
    zsh
  }

  private final Session session;

  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  Shell shell = Shell.bash;

  CompletionCommand(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.console().raw(AutoComplete.bash("opampctl", spec.root().commandLine()));
  }
}
