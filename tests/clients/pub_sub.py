"""Runs `godwit pub` and `godwit sub` against one broker."""

import programs
from broker import BrokerTest, program, run, wait_until


class PubSubTest(BrokerTest):
    def setUp(self):
        self.broker = self.start_broker(flags=["--development"])

    def flags(self, broker=None):
        return ["-h", "127.0.0.1", "-p", str((broker or self.broker).port)]

    def pub(self, *arguments, input_text=None):
        """Runs it to its end; (exit code, output)."""
        done = run("pub", *self.flags(), *arguments, input_text=input_text)
        return done.returncode, done.stdout + done.stderr

    def publish(self, *arguments, **settings):
        self.assertEqual(self.pub(*arguments, **settings), (0, ""))

    def start_sub(self, *arguments):
        """Subscribed once this returns."""
        before = self.broker.metric("godwit_subscriptions")
        subscriber = programs.Program([program(), "sub", *self.flags(), *arguments])
        self.addCleanup(subscriber.kill)
        self.wait_for_subscriptions(before + 1)
        return subscriber

    def run_sub(self, *arguments):
        """Runs it to its end; (exit code, lines)."""
        done = run("sub", *self.flags(), *arguments)
        return done.returncode, (done.stdout + done.stderr).splitlines()

    def wait_for_subscriptions(self, count):
        wait_until(
            lambda: self.broker.metric("godwit_subscriptions") >= count, f"{count} subscriptions"
        )
