# Two commands matter: `make demo` and `make test`. Everything they need is set up on the way.
.PHONY: check-types check-portal check-lint check-format check-walls check-openapi demo demo-vsphere test quick test-long pictures bench install deb packages check build setup setup-test setup-long format

VITEST = node_modules/.bin/vitest run --reporter=default --reporter=./scripts/summary-reporter.ts

setup:
	@scripts/setup.sh run
setup-test:
	@scripts/setup.sh test
setup-long:
	@scripts/setup.sh long

build: setup
	@node scripts/build.mjs

# Lends one machine for real. ONCE=1: proves itself, ends what it began, prints one JSON object.
demo: build
	@bin/carrel demo $(if $(ONCE),--once)

# The same on a simulated vCenter, or with KIND=esxi on a simulated host: provider, import, reserve, log in, capture, end.
demo-vsphere: build
	@bin/carrel demo --vsphere $(or $(KIND),vcenter) --listen 127.0.0.1:0 $(if $(ONCE),--once)

# Two at a time; each says what it has to say when it is done. Types and lint are programs in Go: with one checker, which makes each
# type once, and a garbage collector that runs a quarter as often they take half of the processor time.
CHECKS = check-types check-portal check-lint check-format check-walls check-openapi
check: setup-test
	@$(MAKE) --no-print-directory -j2 -O $(CHECKS)
check-types:
	@GOGC=400 node_modules/.bin/tsc --singleThreaded -p tsconfig.json
check-portal:
	@GOGC=400 node_modules/.bin/tsc --singleThreaded -p portal/tsconfig.json
check-lint:
	@GOGC=400 node_modules/.bin/oxlint --type-aware --deny-warnings src test scripts bench portal/src
check-format:
	@node_modules/.bin/biome format .
check-walls:
	@node_modules/.bin/tsx scripts/check-walls.ts
check-openapi:
	@node_modules/.bin/tsx scripts/gen-openapi.ts --check

# Everything CI runs.
test: check build
	@$(VITEST) --project unit --project real

# What fits between two edits: types, lint, walls, unit tests.
quick: check
	@$(VITEST) --project unit

# Soak, full fault matrices, scale.
test-long: setup-long check build
	@$(VITEST) --project long

# The pictures of docs/guide/portal.md, made anew in a real browser.
pictures: build setup-test
	@$(VITEST) --project long test/e2e/pictures.long.ts

# Side-by-side benchmarks; results go to bench/results/. One of them: make bench ONLY=clone
bench: build setup-test
	@node_modules/.bin/tsx bench/run.ts $(ONLY)

# An installation of its own: make install [PREFIX=/usr/local] [DESTDIR=]; then: systemctl daemon-reload && systemctl enable --now carrel
install: setup
	@node scripts/stage.mjs "$(or $(DESTDIR),/)" "$(or $(PREFIX),/usr/local)"

# deb/carrel_VERSION_ARCH.deb, with the Node.js that this runs on.
deb: setup
	@node scripts/make-deb.mjs

# packages/carrel-vsphere-VERSION.tgz and carrel-vsim-VERSION.tgz: the vSphere client and the simulator as npm packages of their own.
packages: setup-test
	@node scripts/make-packages.mjs

format:
	@node_modules/.bin/biome format --write .
