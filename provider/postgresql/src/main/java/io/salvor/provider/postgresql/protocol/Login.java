package io.salvor.provider.postgresql.protocol;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import io.salvor.provider.postgresql.protocol.Outgoing.Body;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says who it is, and proves it: SCRAM-SHA-256, with channel binding where the connection is
 * encrypted, MD5, and a password in the clear only where nobody can listen.
 */
final class Login {
  private static final int PROTOCOL = 3 << 16;
  private static final int OK = 0;
  private static final int CLEARTEXT = 3;
  private static final int MD5 = 5;
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final int SASL_FINAL = 12;

  private final Transport transport;
  private final Incoming in;
  private final Outgoing out;
  private final Endpoint endpoint;
  private final Passwords passwords;
  private @Nullable ScramClient scram;

  Login(Transport transport, Incoming in, Outgoing out, Endpoint endpoint, Passwords passwords) {
    this.transport = transport;
    this.in = in;
    this.out = out;
    this.endpoint = endpoint;
    this.passwords = passwords;
  }

  /**
   * Logs in; what comes afterwards is the server's parameters.
   *
   * @param settings beside user and database
   * @throws ServerError if the server does not let it in
   */
  void run(Map<String, String> settings) throws IOException {
    Body start = new Body().int32(PROTOCOL).string("user").string(endpoint.user());
    if (!endpoint.database().isEmpty()) {
      start.string("database").string(endpoint.database());
    }
    settings.forEach((name, value) -> start.string(name).string(value));
    out.send(Outgoing.UNTYPED, start.bytes(new byte[1]));
    while (true) {
      byte type = in.next();
      switch (type) {
        case 'R' -> {
          if (isLetIn(in.int32())) {
            return;
          }
        }
        case 'E' -> throw ServerError.of(in.fields());
        // The newest minor version that it speaks, and options it does not know: it goes on.
        case 'v', 'N' -> {}
        default -> throw new ProtocolException("a message of type " + (char) type + " in a login");
      }
    }
  }

  private boolean isLetIn(int request) throws IOException {
    switch (request) {
      case OK -> {
        return true;
      }
      case CLEARTEXT -> {
        if (!transport.isPrivate()) {
          throw new EncryptionRefused(
              "the server wants the password in the clear on a connection that is not encrypted");
        }
        answer(withPassword(Login::utf8), true);
      }
      case MD5 -> {
        byte[] salt = in.bytes(4);
        answer(withPassword(password -> md5(password, salt)), true);
      }
      case SASL -> begin(mechanisms());
      case SASL_CONTINUE -> {
        ScramClient client = begun();
        try {
          var _ = client.serverFirstMessage(new String(in.rest(), StandardCharsets.UTF_8));
        } catch (ScramException e) {
          throw new ProtocolException("SCRAM: " + e.getMessage());
        }
        answer(client.clientFinalMessage().toString().getBytes(StandardCharsets.UTF_8), false);
      }
      case SASL_FINAL -> {
        try {
          var _ = begun().serverFinalMessage(new String(in.rest(), StandardCharsets.UTF_8));
        } catch (ScramException e) {
          // It does not know the password either: whoever answers is not the server.
          throw new ProtocolException("SCRAM: " + e.getMessage());
        }
      }
      default ->
          throw new ProtocolException(
              "the server asks for a kind of login ("
                  + request
                  + ") that"
                  + " is neither a password nor SCRAM");
    }
    return false;
  }

  private ScramClient begun() throws ProtocolException {
    if (scram == null) {
      throw new ProtocolException("SCRAM goes on before it was begun");
    }
    return scram;
  }

  private List<String> mechanisms() throws IOException {
    List<String> names = new ArrayList<>();
    for (String name = in.string(); !name.isEmpty(); name = in.string()) {
      names.add(name);
    }
    return names;
  }

  private void begin(List<String> mechanisms) throws IOException {
    char[] password = password();
    try {
      byte[] binding = binding(transport.certificate());
      // It says whether binding would have been possible, so that nobody can talk it out of that.
      var builder =
          ScramClient.builder().advertisedMechanisms(mechanisms).username("*").password(password);
      scram =
          (binding == null
                  ? builder
                  : builder.channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, binding))
              .build();
    } catch (IllegalArgumentException e) {
      throw new ProtocolException("none of the server's mechanisms is known: " + mechanisms);
    } finally {
      Arrays.fill(password, '\0');
    }
    byte[] first = scram.clientFirstMessage().toString().getBytes(StandardCharsets.UTF_8);
    out.send(
        'p',
        new Body().string(scram.getScramMechanism().getName()).int32(first.length).bytes(first));
  }

  private static byte @Nullable [] binding(@Nullable X509Certificate certificate) {
    if (certificate == null) {
      return null;
    }
    try {
      byte[] binding = TlsServerEndpoint.getChannelBindingData(certificate);
      return binding.length == 0 ? null : binding;
    } catch (CertificateEncodingException e) {
      return null;
    }
  }

  private interface Answer {
    byte[] to(char[] password);
  }

  private byte[] withPassword(Answer answer) throws IOException {
    char[] password = password();
    try {
      return answer.to(password);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  private char[] password() throws IOException {
    char[] password = passwords.of(endpoint);
    if (password == null) {
      throw new PasswordMissing("no password is known for " + endpoint);
    }
    return password;
  }

  private void answer(byte[] bytes, boolean terminated) throws IOException {
    Body body = new Body().bytes(bytes);
    out.send('p', terminated ? body.bytes(new byte[1]) : body);
  }

  private static byte[] utf8(char[] password) {
    var encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private byte[] md5(char[] password, byte[] salt) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(utf8(password));
      digest.update(endpoint.user().getBytes(StandardCharsets.UTF_8));
      byte[] inner = HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII);
      digest.update(inner);
      digest.update(salt);
      String hex = "md5" + HexFormat.of().formatHex(digest.digest());
      return hex.getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has MD5", e);
    }
  }
}
