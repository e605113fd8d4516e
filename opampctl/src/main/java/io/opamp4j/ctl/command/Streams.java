package io.opamp4j.ctl.command;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * Where the program reads and writes.
 *
 * @param outIsTerminal whether a person looks at {@code out}
 * @param errIsTerminal the same of {@code err}
 * @param width of the terminal, in columns
 */
record Streams(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    int width) {}
