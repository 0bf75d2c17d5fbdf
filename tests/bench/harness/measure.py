"""How one run of one scenario is measured against a running broker.

A measurement returns a dictionary: `key`, the figure that is compared (lower is better), `faults`,
and whatever the load generator said.
"""

import json
import subprocess
import time

from harness import procfs

# Whatever is counted here must be zero in a run of a correct broker.
FAULTS = (
    "lost", "duplicates", "reordered", "misrouted", "damaged", "refused", "unknown_answers",
    "unanswered", "duplicate_flags", "connect_errors", "refused_filters", "disconnects",
)
SECURE = {"tls", "wss"}
LIMIT_SECONDS = 120
# A broker that writes a file for each retained message needs a minute or two for a million.
STORE_LIMIT_SECONDS = 400
SETTLE_SECONDS = 1.0
# A thread with less of the CPU time than this is not on the way of the messages.
BUSY_SHARE = 0.1
# Those who must not suffer while somebody gets all retained messages.
OTHERS = {"prefix": "others", "client_id": "others", "publishers": 10, "rate": 2000}


class LoadFailed(Exception):
    """The load generator could not do its work."""


class Load:
    """godwit_load against one broker."""

    def __init__(self, program: str, broker):
        self._program = program
        self._broker = broker

    def command(self, options: dict) -> list:
        transport = options.get("transport", "tcp")
        subscribers = options.get("subscriber_transport", transport)
        words = [self._program, "--port", str(self._broker.ports[transport])]
        words += ["--subscriber-port", str(self._broker.ports[subscribers])]
        if {transport, subscribers} & SECURE:
            words += ["--ca", self._broker.ca_file]
        words += ["--pid", ",".join(map(str, self._broker.pids))]
        options = {"limit": LIMIT_SECONDS, **options}
        for name, value in options.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        return words

    def run(self, behind=False, **options) -> dict:
        """One run to its end. `behind` others it gets the CPU time that they leave."""
        command = [*(["nice", "-n", "19"] if behind else []), *self.command(options)]
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=options.get("limit", LIMIT_SECONDS) * 2, check=False)
        self._broker.check_alive()
        if not done.stdout.strip():
            raise LoadFailed(f"status {done.returncode}: {done.stderr.strip()[-300:]}")
        result = json.loads(done.stdout.strip().splitlines()[-1])
        result["faults"] = faults_of(result)
        if done.returncode != 0 and not result["faults"]:
            result["faults"] = {"unfinished": 1}
        return result

    def start(self, **options) -> subprocess.Popen:
        return subprocess.Popen(self.command(options), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)

    def during(self, work, **options) -> dict:
        """Traffic that is measured from the begin of `work` to its end."""
        traffic = self.start(until_input_ends=1, seconds=LIMIT_SECONDS, **options)
        try:
            if not json.loads(traffic.stdout.readline() or "{}").get("measuring"):
                raise LoadFailed("the traffic beside did not begin")
            work()
            traffic.stdin.close()
            last = traffic.stdout.readline()
            traffic.wait(LIMIT_SECONDS)
        finally:
            end(traffic)
        self._broker.check_alive()
        if not last:
            raise LoadFailed(f"the traffic beside ended with {traffic.returncode}")
        result = json.loads(last)
        result["faults"] = faults_of(result)
        return result


def end(process: subprocess.Popen):
    """Whatever it is doing, and whichever of its pipes are open."""
    if process.poll() is None:
        process.kill()
        process.wait()
    process.stdin.close()
    process.stdout.close()


def faults_of(result: dict) -> dict:
    return {name: result[name] for name in FAULTS if result.get(name)}


def sum_of_faults(results: list) -> dict:
    total = {}
    for result in results:
        for name, count in result["faults"].items():
            total[name] = total.get(name, 0) + count
    return total


def pubsub(seconds_from="seconds", key="broker_cpu_us_per_delivery", **options):
    """Traffic for a fixed time; the figure is CPU time of the broker per delivered message."""

    def measure(load, broker, depth):
        del broker
        wanted = dict(options)
        if wanted.get("topology") == "wild":
            wanted["wild_clients"], wanted["wild_filters"] = depth.wild
        result = load.run(seconds=getattr(depth, seconds_from), warmup=depth.warmup, **wanted)
        if not result["delivered"]:
            raise LoadFailed("nothing was delivered")
        result["key"] = result[key]
        result["rate"] = result["delivered_per_s"]
        return result

    return measure


def on_threads(count: int, traffic):
    """The same, and fails unless the work was shared by so many threads of the broker."""

    def measure(load, broker, depth):
        before = procfs.thread_cpu_seconds(broker.pids)
        result = traffic(load, broker, depth)
        after = procfs.thread_cpu_seconds(broker.pids)
        spent = [after[thread] - before.get(thread, 0) for thread in after]
        result["busy_threads"] = busy = sum(each > sum(spent) * BUSY_SHARE for each in spent)
        if busy < count:
            raise LoadFailed(f"{busy} threads of the broker were busy instead of {count}")
        return result

    return measure


def with_asking_rules(traffic):
    """The same, and fails unless the rules let a subscription to `bench/#` have only some topics:
    with others the policy would not be asked at each delivery."""

    def measure(load, broker, depth):
        result = traffic(load, broker, depth)
        hidden = load.run(mode="retain", count=10, qos=1, window=10)
        seen = load.run(mode="fetch", filter="bench/#", drain=0.2)
        if seen["received"]:
            raise LoadFailed("the rules allow all topics of bench/#")
        result["faults"] = sum_of_faults([result, hidden, seen])
        return result

    return measure


def held(load, broker, cpu_seconds: float, connections: int, **options) -> dict:
    """Connects, lets things settle, weighs, and lets go."""
    before = procfs.pss_bytes(broker.pids)
    client = load.start(mode="idle", concurrency=200, connections=connections, **options)
    try:
        line = client.stdout.readline()
        if not line:
            raise LoadFailed(f"idle: ended with {client.wait()}")
        result = json.loads(line)
        time.sleep(SETTLE_SECONDS)
        result["pss_bytes"] = procfs.pss_bytes(broker.pids) - before
        cpu_before = procfs.cpu_seconds(broker.pids)
        time.sleep(cpu_seconds)
        idle_cpu = procfs.cpu_seconds(broker.pids) - cpu_before
        result["idle_cores"] = idle_cpu / cpu_seconds
        client.stdin.close()
        last = client.stdout.readline()
        client.wait(LIMIT_SECONDS)
    finally:
        end(client)
    broker.check_alive()
    result["disconnects"] = json.loads(last)["disconnects"] if last else connections
    result["faults"] = faults_of(result)
    time.sleep(SETTLE_SECONDS)
    result["pss_bytes_after_close"] = procfs.pss_bytes(broker.pids) - before
    return result


def idle(transport="tcp"):
    """Connections that do nothing; the figure is what each weighs."""

    def measure(load, broker, depth):
        result = held(load, broker, cpu_seconds=1.0, connections=depth.idle_connections,
                      transport=transport)
        result["size"] = result["connected"]
        result["key"] = result["pss_bytes"] / max(1, result["connected"])
        result["rate"] = result["connected"] / result["connect_s"]
        return result

    return measure


def subscriptions(load, broker, depth):
    clients, filters = depth.subscriptions
    result = held(load, broker, cpu_seconds=0.2, connections=clients, subscriptions=filters)
    result["size"] = result["subscriptions"]
    result["key"] = result["pss_bytes"] / max(1, result["subscriptions"])
    result["rate"] = result["subscriptions"] / result["connect_s"]
    return result


def connect_rate(transport="tcp"):
    """Connects that end at once; no session of TLS is resumed."""

    def measure(load, broker, depth):
        del broker
        count = depth.handshakes if transport in SECURE else depth.connects
        result = load.run(mode="connrate", count=count, transport=transport)
        result["key"] = result["broker_cpu_us_per_connect"]
        result["rate"] = result["connects_per_s"]
        return result

    return measure


def retained(load, broker, depth):
    """Stores messages, then fetches all of them, one level of them, and one of each level."""
    count = depth.retained
    levels = count // 1000
    before = procfs.pss_bytes(broker.pids)
    stored = load.run(mode="retain", count=count, qos=1, window=50, limit=STORE_LIMIT_SECONDS)
    time.sleep(SETTLE_SECONDS)
    pss = procfs.pss_bytes(broker.pids) - before
    everything = load.run(mode="fetch", filter="bench/#", expect=count, drain=10)
    level = load.run(mode="fetch", filter="bench/1/+", expect=1000, drain=5)
    middle = load.run(mode="fetch", filter="bench/+/7", expect=levels, drain=5)
    return {
        "key": pss / count,
        "size": count,
        "rate": count / stored["elapsed_s"],
        "faults": sum_of_faults([stored, everything, level, middle]),
        "store_cpu_us": stored["broker_cpu_us_per_publish"],
        "fetch_all_s": everything["elapsed_s"],
        "fetch_all_cpu_us": everything["broker_cpu_us_per_delivery"],
        "fetch_level_ms": level["elapsed_s"] * 1000,
        "fetch_middle_ms": middle["elapsed_s"] * 1000,
    }


def retained_stream(load, broker, depth):
    """All retained messages for one new subscriber: alone, and beside others with little traffic.

    The figure is the broker's CPU time alone. The reader beside the others runs `behind` them, so
    that their times say what the broker does to them, not what a busy machine does.
    """
    count = depth.retained
    stored = load.run(mode="retain", count=count, qos=1, window=50, limit=STORE_LIMIT_SECONDS)
    quiet = load.run(seconds=depth.paced_seconds, warmup=depth.warmup, **OTHERS)
    before = procfs.rss_bytes(broker.pids)
    procfs.forget_peak(broker.pids)
    alone = load.run(mode="fetch", filter="#", expect=count, drain=10)
    streams = []

    def stream():
        # Not `#`, which would also bring what the others publish.
        streams.append(load.run(behind=True, mode="fetch", filter="bench/#", expect=count,
                                drain=10))

    beside = load.during(stream, warmup=depth.warmup, **OTHERS)
    return {
        "key": alone["broker_cpu_ms"] / 1e3 * 1e6 / count,
        "size": count,
        "rate": count / alone["elapsed_s"],
        "faults": sum_of_faults([stored, quiet, alone, beside, *streams]),
        "stream_s": alone["elapsed_s"],
        "stream_beside_s": streams[0]["elapsed_s"],
        "peak_growth_bytes": max(0, procfs.peak_rss_bytes(broker.pids) - before),
        "others_p99_us": quiet["latency_p99_us"],
        "others_beside_p99_us": beside["latency_p99_us"],
        "others_p99_times": beside["latency_p99_us"] / quiet["latency_p99_us"],
    }
