import unittest

from planted_tree import PlantedTree

import check_layers


class Layers(PlantedTree):
    def problems(self):
        return check_layers.check_tree(self.top)[1]

    def test_accepts_what_the_table_allows(self):
        self.write("base/result.h", "#include <tl/expected.hpp>\n#include <string>\n")
        self.write("broker/mqtt/topic.h", '#include "base/result.h"\n')
        self.write(
            "broker/session/session.cc", '#include "broker/mqtt/topic.h"\n#include <fmt/core.h>\n'
        )
        self.write("broker/net/tls.cc", "#include <openssl/ssl.h>\n#include <mutex>\n")
        self.write("broker/net/poller.cc", "#include <sys/epoll.h>\n")
        self.write("broker/app/main.cc", '#include "broker/session/session.h"\n')
        self.write("broker/session/session.h")
        self.assertEqual(self.problems(), [])

    def test_finds_an_arrow_that_points_up(self):
        self.write("broker/session/session.h")
        self.write("broker/mqtt/topic.cc", '\n#include "broker/session/session.h"\n')
        self.assert_found(self.problems(), "broker/mqtt/topic.cc:2:", "must not use session")

    def test_finds_broker_that_knows_the_cluster(self):
        self.write("cluster/raft/raft.h")
        self.write("broker/front/front.cc", '#include "cluster/raft/raft.h"\n')
        self.assert_found(self.problems(), "front must not use raft")

    def test_tells_a_room_inside_a_room_apart(self):
        self.write("storage/rocksdb/store.h")
        self.write("storage/keys.cc", '#include "storage/rocksdb/store.h"\n')
        self.assert_found(self.problems(), "storage must not use rocksdb")

    def test_finds_an_include_without_the_full_path(self):
        self.write("broker/mqtt/topic.h")
        self.write("broker/mqtt/topic.cc", '#include "topic.h"\n')
        self.assert_found(self.problems(), "full path")

    def test_finds_a_header_that_does_not_exist(self):
        self.write("broker/mqtt/topic.cc", '#include "broker/mqtt/topics.h"\n')
        self.assert_found(self.problems(), "does not exist")

    def test_finds_third_party_headers_outside_their_room(self):
        self.write("broker/front/front.h", "#include <asio.hpp>\n")
        self.assert_found(self.problems(), "belongs to net, not to front")

    def test_finds_argon2_in_net(self):
        self.write("broker/net/tls.cc", "#include <argon2.h>\n")
        self.assert_found(self.problems(), "belongs to crypto, not to net")

    def test_finds_unknown_libraries(self):
        self.write("broker/net/tls.cc", "#include <boost/regex.hpp>\n")
        self.assert_found(self.problems(), "unknown library")

    def test_finds_fmt_in_a_header(self):
        self.write("broker/mqtt/topic.h", "#include <fmt/format.h>\n")
        self.assert_found(self.problems(), "in .cc files only")

    def test_finds_epoll_outside_the_poller(self):
        self.write("broker/net/listener.cc", "#include <sys/epoll.h>\n")
        self.assert_found(self.problems(), "broker/net/poller.cc only")

    def test_finds_threads_files_and_chance_in_pure_rooms(self):
        for header in ("thread", "mutex", "random", "fstream", "filesystem", "sys/socket.h"):
            with self.subTest(header):
                self.write("broker/session/session.cc", f"#include <{header}>\n")
                self.assert_found(self.problems(), "is pure", header)

    def test_finds_clocks_in_pure_rooms(self):
        code = "auto f() {\n  return std::chrono::steady_clock::now();\n}\n"
        self.write("broker/session/session.cc", code)
        self.assert_found(self.problems(), "session.cc:2:", "steady_clock::now", "Clock port")

    def test_the_declared_exceptions_of_base_may(self):
        self.write("base/runner.h", "#include <thread>\n")
        self.assertEqual(self.problems(), [])

    def test_does_not_read_comments_and_literals(self):
        self.write(
            "broker/mqtt/topic.cc",
            """\
            // #include <thread>
            /*
            #include <mutex>
            */
            // It's not steady_clock::now
            const char* kText = "system_clock::now";  // don't
            const int kBig = 1'000'000;
            """,
        )
        self.assertEqual(self.problems(), [])

    def test_finds_a_wrong_arrow_in_a_build_list(self):
        self.write("broker/mqtt/CMakeLists.txt", "add_room(mqtt SOURCES a.cc MAY_USE base session)")
        self.assert_found(self.problems(), "mqtt must not use session")

    def test_finds_a_wrong_package_in_a_build_list(self):
        self.write("broker/mqtt/CMakeLists.txt", "add_room(mqtt MAY_USE base PACKAGES asio::asio)")
        self.assert_found(self.problems(), "mqtt must not link asio::asio")

    def test_finds_a_room_that_is_not_in_the_table(self):
        self.write("broker/extra/CMakeLists.txt", "add_room(extra MAY_USE base)")
        self.write("broker/extra/extra.cc")
        problems = self.problems()
        self.assertEqual(len(problems), 2, problems)

    def test_the_table_points_in_one_direction(self):
        self.assertEqual(check_layers.check_table(), [])

    def test_the_declared_exceptions_exist(self):
        for path in check_layers.PURE_EXCEPTIONS:
            self.assertTrue((check_layers.TOP / path).is_file(), path)


if __name__ == "__main__":
    unittest.main()
