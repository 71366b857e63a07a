import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from gatepass.gate import metrics


def page() -> str:
    return metrics.render()[0].decode()


def test_requests_are_counted_by_endpoint_and_status_class_with_their_duration() -> None:
    for status in (200, 204, 302, 404, 500):
        metrics.observe("test_counted", status, 0.004)
    text = page()
    assert 'gatepass_requests_total{endpoint="test_counted",status_class="2xx"} 2.0' in text
    assert 'gatepass_requests_total{endpoint="test_counted",status_class="5xx"} 1.0' in text
    assert 'gatepass_request_seconds_bucket{endpoint="test_counted",le="0.005"} 5.0' in text
    assert 'gatepass_request_seconds_bucket{endpoint="test_counted",le="0.0025"} 0.0' in text
    assert metrics.render()[1].startswith("text/plain")


def test_requests_in_flight_are_those_that_began_and_have_not_ended() -> None:
    metrics.began()
    metrics.began()
    metrics.ended()
    assert "gatepass_requests_in_flight 1.0" in page()
    metrics.ended()


def test_cuts_refusals_and_the_outbox_are_told() -> None:
    metrics.count_cuts(Counter(head_too_slow=3))
    metrics.count_limit_refusal("told_once")
    metrics.set_outbox(waiting=7, dead_letters=2)
    text = page()
    assert 'gatepass_connections_cut_total{reason="head_too_slow"} 3.0' in text
    assert 'gatepass_limit_refusals_total{limit="told_once"} 1.0' in text
    assert "gatepass_outbox_waiting 7.0" in text
    assert "gatepass_outbox_dead_letters 2.0" in text


def test_the_number_of_labels_has_a_bound_whatever_is_passed() -> None:
    program = """
from gatepass.gate import metrics
for number in range(2_000):
    metrics.observe(f"endpoint {number}", 200, 0.1)
text = metrics.render()[0].decode()
assert text.count("gatepass_requests_total{") == 501, text.count("gatepass_requests_total{")
assert 'gatepass_requests_total{endpoint="other",status_class="2xx"} 1500.0' in text
assert len(metrics._requests) == 501, len(metrics._requests)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)


def test_any_of_several_workers_answers_for_all(tmp_path: Path) -> None:
    worker = """
import sys
from gatepass.gate import metrics
metrics.began()
metrics.observe("shared", 200, 0.1)
metrics.set_outbox(waiting=5, dead_letters=1)
if sys.argv[1:]:
    metrics.worker_ended(int(sys.argv[1]))
    print(metrics.render()[0].decode())
else:
    import os
    print(os.getpid())
"""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-c", worker, *arguments]
        return subprocess.run(command, check=True, timeout=30, env=environment, capture_output=True, text=True).stdout

    first = run().strip()
    text = run(first)
    assert 'gatepass_requests_total{endpoint="shared",status_class="2xx"} 2.0' in text
    assert "gatepass_requests_in_flight 1.0" in text  # the first worker has ended
    assert "gatepass_outbox_waiting 5.0" in text
