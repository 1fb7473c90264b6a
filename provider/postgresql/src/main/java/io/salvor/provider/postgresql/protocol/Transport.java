package io.salvor.provider.postgresql.protocol;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The bytes to and from a server.
 *
 * @param certificate the server's, if the connection is encrypted
 */
record Transport(
    InputStream in,
    OutputStream out,
    Closeable connection,
    @Nullable Socket socket,
    @Nullable X509Certificate certificate)
    implements AutoCloseable {
  private static final int SSL_REQUEST = 80877103;
  private static final int BUFFER = 1 << 20;

  /** Connects, and agrees on encryption as the endpoint wants it. */
  static Transport open(Endpoint endpoint, TlsMode mode) throws IOException {
    if (endpoint.isLocal()) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        boolean _ = channel.connect(UnixDomainSocketAddress.of(endpoint.place()));
        return new Transport(
            Channels.newInputStream(channel),
            Channels.newOutputStream(channel),
            channel,
            null,
            null);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }
    Socket socket = new Socket();
    try {
      Duration patience = endpoint.patience();
      int millis = (int) Math.min(Integer.MAX_VALUE, patience.toMillis());
      socket.setReceiveBufferSize(BUFFER);
      socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), millis);
      socket.setTcpNoDelay(true);
      socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      socket.setSoTimeout(millis);
      Transport plain =
          new Transport(socket.getInputStream(), socket.getOutputStream(), socket, socket, null);
      return mode == TlsMode.DISABLE ? plain : plain.encrypted(endpoint, socket, mode);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private Transport encrypted(Endpoint endpoint, Socket plain, TlsMode mode) throws IOException {
    new Outgoing(out).send(Outgoing.UNTYPED, new Outgoing.Body().int32(SSL_REQUEST));
    // One byte and no more: what follows it in the clear nobody has protected.
    int answer = in.read();
    if (answer == 'S') {
      SSLSocket tls = Tls.over(plain, endpoint, mode);
      return new Transport(
          tls.getInputStream(),
          tls.getOutputStream(),
          tls,
          tls,
          (X509Certificate) tls.getSession().getPeerCertificates()[0]);
    }
    if (answer != 'N') {
      throw new ProtocolException("an answer to the request for encryption that is none");
    }
    if (mode.insists()) {
      throw new EncryptionRefused(endpoint.place() + " does not encrypt connections");
    }
    return this;
  }

  /** From now on a read waits so long at most; zero for ever. */
  void patience(Duration most) throws IOException {
    if (socket != null) {
      socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, most.toMillis()));
    }
  }

  /** Whether nobody on the way can listen. */
  boolean isPrivate() {
    return socket == null || certificate != null;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
