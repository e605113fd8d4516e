package io.opamp4j.distribution;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What a server's process holds, seen from outside through JMX.
 *
 * @param threads how many there are of each kind: names without their numbers, those of JMX apart
 * @param openFiles descriptors, sockets among them
 * @param heapBytes in use after a collection
 * @param nativeBytes taken outside the heap by the program, where network buffers are; needs the
 *     option {@code -XX:NativeMemoryTracking=summary}
 */
record ServerVitals(
    Map<String, Integer> threads, long openFiles, long heapBytes, long nativeBytes) {
  private static final Pattern OTHER = Pattern.compile("Other \\(reserved=(\\d+)KB");
  private static final Pattern JMX = Pattern.compile("RMI |JMX |Attach Listener|GC Daemon");

  /** A look at one process; stays attached until it is closed. */
  static final class Monitor implements AutoCloseable {
    private final JMXConnector connector;

    @SuppressWarnings("BanJNDI") // The peer is a process that this test has started.
    Monitor(long pid) {
      try {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
        try {
          connector =
              JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
        } finally {
          machine.detach();
        }
      } catch (AttachNotSupportedException | IOException e) {
        throw new AssertionError("cannot look into process " + pid, e);
      }
    }

    ServerVitals take() {
      try {
        MBeanServerConnection server = connector.getMBeanServerConnection();
        MemoryMXBean memory = ManagementFactory.getPlatformMXBean(server, MemoryMXBean.class);
        // Twice, because what the first one clears may let go of more.
        memory.gc();
        memory.gc();
        return new ServerVitals(
            threads(ManagementFactory.getPlatformMXBean(server, ThreadMXBean.class)),
            openFiles(server),
            memory.getHeapMemoryUsage().getUsed(),
            nativeBytes(server));
      } catch (IOException | JMException e) {
        throw new AssertionError("cannot look into the server", e);
      }
    }

    private static Map<String, Integer> threads(ThreadMXBean bean) {
      Map<String, Integer> kinds = new TreeMap<>();
      for (ThreadInfo thread : bean.getThreadInfo(bean.getAllThreadIds())) {
        if (thread != null && !JMX.matcher(thread.getThreadName()).lookingAt()) {
          kinds.merge(thread.getThreadName().replaceAll("\\d+", "#"), 1, Integer::sum);
        }
      }
      return kinds;
    }

    @SuppressWarnings("BanJNDI")
    private static long openFiles(MBeanServerConnection server) throws IOException, JMException {
      return (Long)
          server.getAttribute(
              new ObjectName("java.lang:type=OperatingSystem"), "OpenFileDescriptorCount");
    }

    @SuppressWarnings("BanJNDI")
    private static long nativeBytes(MBeanServerConnection server) throws IOException, JMException {
      String summary =
          (String)
              server.invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "vmNativeMemory",
                  new Object[] {new String[] {"summary"}},
                  new String[] {String[].class.getName()});
      Matcher other = OTHER.matcher(summary);
      if (!other.find()) {
        throw new AssertionError("native memory is not tracked: " + summary);
      }
      return Long.parseLong(other.group(1)) * 1024;
    }

    @Override
    public void close() {
      try {
        connector.close();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
