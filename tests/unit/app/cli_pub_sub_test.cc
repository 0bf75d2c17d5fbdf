// The flags of `godwit pub` and `godwit sub`, as values.
#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "broker/app/cli.h"
#include "broker/app/exit_code.h"
#include "tests/unit/app/temporary_folder.h"

namespace godwit::app {
namespace {

Command parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "godwit");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), {});
}

PubCommand pub(const std::vector<const char*>& arguments) {
  std::vector<const char*> all{"pub"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Command command = parse(all);
  if (const auto* print = std::get_if<PrintCommand>(&command)) {
    ADD_FAILURE() << print->text;
  }
  return std::get<PubCommand>(std::move(command));
}

SubCommand sub(const std::vector<const char*>& arguments) {
  std::vector<const char*> all{"sub"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Command command = parse(all);
  if (const auto* print = std::get_if<PrintCommand>(&command)) {
    ADD_FAILURE() << print->text;
  }
  return std::get<SubCommand>(std::move(command));
}

TEST(CliPub, has_defaults) {
  const PubCommand command = pub({"-t", "a", "-m", "hello"});
  EXPECT_EQ(command.topic, "a");
  EXPECT_EQ(std::get<TextPayload>(command.payload).text, "hello");
  EXPECT_EQ(command.qos, mqtt::Qos::kAtMostOnce);
  EXPECT_FALSE(command.retain);
  EXPECT_EQ(command.repeat, 1U);
  const ClientTransport& transport = command.connection.transport;
  EXPECT_EQ(transport.host, "localhost");
  EXPECT_EQ(transport.port, 1883);
  EXPECT_FALSE(transport.tls || transport.websocket);
  const client::ClientSettings& settings = command.connection.settings;
  EXPECT_EQ(settings.version, mqtt::ProtocolVersion::k5_0);
  EXPECT_TRUE(settings.clean_start);
  EXPECT_EQ(settings.session_expiry_seconds, 0U);
  EXPECT_EQ(settings.keep_alive_seconds, 60);
}

TEST(CliPub, takes_the_flags_of_mosquitto_pub) {
  const PubCommand command = pub({"-h",     "broker",
                                  "-p",     "1884",
                                  "-t",     "a",
                                  "-m",     "hello",
                                  "-q",     "2",
                                  "-r",     "-i",
                                  "me",     "-u",
                                  "anna",   "-P",
                                  "secret", "-V",
                                  "311",    "-k",
                                  "5",      "--repeat",
                                  "3",      "--repeat-delay",
                                  "0.5",    "--will-topic",
                                  "w",      "--will-payload",
                                  "gone",   "--will-qos",
                                  "1",      "--will-retain"});
  EXPECT_EQ(command.connection.transport.host, "broker");
  EXPECT_EQ(command.connection.transport.port, 1884);
  EXPECT_EQ(command.qos, mqtt::Qos::kExactlyOnce);
  EXPECT_TRUE(command.retain);
  EXPECT_EQ(command.repeat, 3U);
  EXPECT_EQ(command.repeat_delay, std::chrono::milliseconds(500));
  const client::ClientSettings& settings = command.connection.settings;
  EXPECT_EQ(settings.version, mqtt::ProtocolVersion::k3_1_1);
  EXPECT_EQ(settings.client_id, "me");
  EXPECT_EQ(settings.user_name, "anna");
  EXPECT_EQ(settings.password, "secret");
  EXPECT_EQ(settings.keep_alive_seconds, 5);
  ASSERT_TRUE(settings.will);
  EXPECT_EQ(settings.will->topic, "w");
  EXPECT_EQ(settings.will->payload, "gone");
  EXPECT_EQ(settings.will->qos, mqtt::Qos::kAtLeastOnce);
  EXPECT_TRUE(settings.will->retain);
}

TEST(CliPub, knows_every_source_of_messages) {
  EXPECT_EQ(std::get<FilePayload>(pub({"-t", "a", "-f", "x"}).payload).path, "x");
  EXPECT_TRUE(std::holds_alternative<StandardInputPayload>(pub({"-t", "a", "-s"}).payload));
  EXPECT_TRUE(std::holds_alternative<StandardInputLines>(pub({"-t", "a", "-l"}).payload));
  EXPECT_TRUE(std::holds_alternative<NoPayload>(pub({"-t", "a", "-n"}).payload));
  EXPECT_EQ(std::get<TextPayload>(pub({"-t", "a", "-m", ""}).payload).text, "");
}

TEST(CliPub, takes_user_properties) {
  const PubCommand command = pub({"-t", "a", "-n", "-D", "k=v=w", "-D", "empty="});
  ASSERT_EQ(command.user_properties.size(), 2U);
  EXPECT_EQ(command.user_properties[0].name, "k");
  EXPECT_EQ(command.user_properties[0].value, "v=w");
  EXPECT_EQ(command.user_properties[1].value, "");
}

TEST(CliPub, takes_a_url) {
  const PubCommand command = pub({"-L", "mqtt://anna:secret@broker/a/b", "-n"});
  EXPECT_EQ(command.topic, "a/b");
  EXPECT_EQ(command.connection.transport.host, "broker");
  EXPECT_EQ(command.connection.transport.port, 1883);
  EXPECT_EQ(command.connection.settings.user_name, "anna");
  EXPECT_EQ(command.connection.settings.password, "secret");
}

TEST(CliPub, knows_every_transport) {
  const ClientTransport tls =
      pub({"-t", "a", "-n", "--ca-file", "ca", "--cert-file", "c", "--key-file", "k"})
          .connection.transport;
  EXPECT_TRUE(tls.tls);
  EXPECT_EQ(tls.port, 8883);
  EXPECT_EQ(tls.ca_file, "ca");
  EXPECT_EQ(tls.cert_file, "c");
  EXPECT_EQ(tls.key_file, "k");
  const ClientTransport wss =
      pub({"-t", "a", "-n", "--wss", "--insecure", "--ws-path", "x"}).connection.transport;
  EXPECT_TRUE(wss.tls && wss.websocket && wss.insecure);
  EXPECT_EQ(wss.port, 8084);
  EXPECT_EQ(wss.path, "/x");
  const ClientTransport ws = pub({"-t", "a", "-n", "-L", "ws://h/p"}).connection.transport;
  EXPECT_TRUE(ws.websocket && !ws.tls);
  EXPECT_EQ(ws.port, 80);
  EXPECT_EQ(ws.path, "/p");
  EXPECT_EQ(pub({"-t", "a", "-n", "--ws"}).connection.transport.path, "/mqtt");
}

TEST(CliPub, reads_the_password_from_the_first_line_of_a_file) {
  const TemporaryFolder folder;
  const std::string file = folder.write("password", "secret\r\nother\n");
  const PubCommand command = pub({"-t", "a", "-n", "-u", "anna", "--password-file", file.c_str()});
  EXPECT_EQ(command.connection.settings.password, "secret");
}

TEST(CliSub, has_defaults) {
  const SubCommand command = sub({"-t", "a/#", "-t", "b"});
  EXPECT_EQ(command.topics, (std::vector<std::string>{"a/#", "b"}));
  EXPECT_EQ(command.retained, RetainedChoice::kAll);
  EXPECT_FALSE(command.count || command.timeout || command.exit_after_subscribe);
}

TEST(CliSub, takes_the_flags_of_mosquitto_sub) {
  const SubCommand command =
      sub({"-t", "a", "-U", "b", "-q", "1", "-C", "3", "-W", "7", "-E", "-R", "-c", "-i", "me"});
  EXPECT_EQ(command.unsubscribe, std::vector<std::string>{"b"});
  EXPECT_EQ(command.qos, mqtt::Qos::kAtLeastOnce);
  EXPECT_EQ(command.count, 3U);
  EXPECT_EQ(command.timeout, std::chrono::seconds(7));
  EXPECT_TRUE(command.exit_after_subscribe);
  EXPECT_EQ(command.retained, RetainedChoice::kNoRetained);
  const client::ClientSettings& settings = command.connection.settings;
  EXPECT_FALSE(settings.clean_start);
  EXPECT_TRUE(settings.adopts_session);
  EXPECT_EQ(settings.session_expiry_seconds, 0xFFFF'FFFFU);
  EXPECT_EQ(sub({"-t", "a", "--retained-only"}).retained, RetainedChoice::kOnlyRetained);
}

TEST(CliSub, keeps_a_session_as_long_as_it_is_told) {
  const auto settings = sub({"-t", "a", "-c", "-i", "me", "-x", "60"}).connection.settings;
  EXPECT_EQ(settings.session_expiry_seconds, 60U);
  const auto old = sub({"-t", "a", "-c", "-i", "me", "-V", "3.1.1"}).connection.settings;
  EXPECT_FALSE(old.clean_start);
  EXPECT_EQ(old.session_expiry_seconds, 0U);
}

TEST(CliPubSub, help_is_only_the_long_flag) {
  for (const char* name : {"pub", "sub"}) {
    const Command command = parse({name, "--help"});
    const auto& help = std::get<PrintCommand>(command);
    EXPECT_EQ(help.exit_code, kExitOk);
    EXPECT_NE(help.text.find("Exit codes:"), std::string::npos);
    EXPECT_NE(help.text.find("can see it in the list of processes"), std::string::npos);
  }
}

TEST(CliPubSub, refuses_what_makes_no_sense) {
  const std::vector<std::vector<const char*>> mistakes = {
      {"pub"},
      {"pub", "-m", "x"},
      {"pub", "-t", "a"},
      {"pub", "-t", "a", "-m", "x", "-n"},
      {"pub", "-t", "a/#", "-n"},
      {"pub", "-t", "a", "-n", "-D", "no-value"},
      {"pub", "-t", "a", "-n", "-D", "k=v", "-V", "3.1.1"},
      {"pub", "-t", "a", "-n", "-q", "3"},
      {"pub", "-t", "a", "-n", "-p", "0"},
      {"pub", "-t", "a", "-n", "-V", "4"},
      {"pub", "-t", "a", "-n", "-c"},
      {"pub", "-t", "a", "-n", "-x", "5", "-V", "3.1.1"},
      {"pub", "-t", "a", "-n", "-P", "p", "-V", "3.1.1"},
      {"pub", "-t", "a", "-n", "-P", "p", "--password-file", "f"},
      {"pub", "-t", "a", "-n", "--password-file", "/no/such/file"},
      {"pub", "-t", "a", "-n", "--will-qos", "1"},
      {"pub", "-t", "a", "-n", "--will-topic", "w/#"},
      {"pub", "-t", "a", "-n", "--key-file", "k"},
      {"pub", "-t", "a", "-n", "--cert-file", "c"},
      {"pub", "-t", "a", "-n", "-L", "mqtt://h", "-h", "other"},
      {"pub", "-t", "a", "-n", "-L", "http://h"},
      {"sub"},
      {"sub", "-t", "a#"},
      {"sub", "-t", ""},
      {"sub", "-U", "a+"},
      {"sub", "-t", "a", "-C", "0"},
      {"sub", "-t", "a", "-W", "0"},
      {"sub", "-t", "a", "-F", "%y"},
      {"sub", "-t", "a", "-v", "--json"},
      {"sub", "-t", "a", "-R", "--retained-only"},
      {"sub", "-t", "a", "surplus"},
  };
  for (const auto& arguments : mistakes) {
    std::string line;
    for (const char* argument : arguments) {
      line += std::string(argument) + ' ';
    }
    SCOPED_TRACE(line);
    const Command command = parse(arguments);
    ASSERT_TRUE(std::holds_alternative<PrintCommand>(command));
    EXPECT_EQ(std::get<PrintCommand>(command).exit_code, kExitUsage);
    EXPECT_FALSE(std::get<PrintCommand>(command).text.empty());
  }
}

}  // namespace
}  // namespace godwit::app
