package io.opamp4j.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority with a server's certificate for the loopback interface, made with the JDK's keytool,
 * which also reads certificate requests and so is the judge of ours.
 */
final class TestAuthority {
  private static final String PASSWORD = "changeit";
  private final Path directory;
  private final Path store;

  TestAuthority(Path directory) throws Exception {
    this.directory = directory;
    this.store = directory.resolve("authority.p12");
    pair("ca", "CN=Test Authority", "-ext", "bc:c");
    pair("server", "CN=server", "-ext", "san=ip:127.0.0.1,dns:localhost");
    Path request = directory.resolve("server.csr");
    keytool("-certreq", "-alias", "server", "-file", request.toString());
    Path answer = directory.resolve("server.pem");
    keytool(
        "-gencert",
        "-alias",
        "ca",
        "-infile",
        request.toString(),
        "-outfile",
        answer.toString(),
        "-rfc",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost");
    keytool("-importcert", "-alias", "server", "-file", answer.toString(), "-noprompt");
  }

  /** The authority's own certificate. */
  String pem() throws Exception {
    Path file = directory.resolve("ca.pem");
    keytool("-exportcert", "-alias", "ca", "-rfc", "-file", file.toString());
    return Files.readString(file);
  }

  /** A certificate for whoever asks with this request. */
  String sign(String csr) throws Exception {
    Path request = Files.writeString(directory.resolve("client.csr"), csr);
    Path answer = directory.resolve("client.pem");
    keytool(
        "-gencert",
        "-alias",
        "ca",
        "-infile",
        request.toString(),
        "-outfile",
        answer.toString(),
        "-rfc");
    return Files.readString(answer);
  }

  SSLContext serverContext() throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", keys.getCertificate("ca"));
    keys.deleteEntry("ca");
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    TrustManagerFactory others =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    others.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), others.getTrustManagers(), null);
    return context;
  }

  /** A port that speaks TLS. */
  SSLServerSocket listen(boolean needsClientCertificate, String... protocols) throws Exception {
    SSLServerSocket socket =
        (SSLServerSocket)
            serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    socket.setNeedClientAuth(needsClientCertificate);
    socket.setWantClientAuth(true);
    if (needsClientCertificate) {
      socket.setNeedClientAuth(true);
    }
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  /** A PKCS#8 key as PEM, and a certificate of this authority for it: certificate, then key. */
  List<String> client(String name) throws Exception {
    pair(name, "CN=" + name);
    Path request = directory.resolve(name + ".csr");
    keytool("-certreq", "-alias", name, "-file", request.toString());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(key)
            + "\n-----END PRIVATE KEY-----\n";
    return List.of(sign(Files.readString(request)), pem);
  }

  private void pair(String alias, String name, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                name,
                "-validity",
                "30"));
    command.addAll(List.of(more));
    keytool(command.toArray(String[]::new));
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-Xshare:auto"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", arguments) + ": " + output);
    }
  }
}
