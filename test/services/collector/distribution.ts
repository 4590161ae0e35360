import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));
const cacheFolder = fileURLToPath(new URL("../../../.cache", import.meta.url));

/** The release of the OpenTelemetry Collector that the suites run against. */
export const COLLECTOR_VERSION = "0.155.0";

/** Of what it is built from, so that a change builds another. */
const digest = createHash("sha256");
for (const file of ["go.mod", "go.sum", "main.go"]) digest.update(readFileSync(join(here, file)));
const binary = join(
	cacheFolder,
	`collector-${COLLECTOR_VERSION}-${digest.digest("hex").slice(0, 12)}`,
);

/** The first Go release that can build it. */
const GO_MINOR = 25;
const BUILD_MS = 900_000;

/** No other toolchain is fetched, and two cores are enough. */
const goEnvironment = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-p=2 -buildvcs=false" };

/** Says why no Collector can be started on this machine, or `undefined` when one can; builds it once (3 minutes). */
export async function missingCollector(): Promise<string | undefined> {
	if (existsSync(binary)) return undefined;
	const go = await run("go", ["version"], { env: goEnvironment }).catch(() => undefined);
	if (go === undefined) return `Go is not installed (1.${GO_MINOR} or later, on the PATH)`;
	const minor = Number(/go1\.(\d+)/u.exec(go.stdout)?.[1] ?? 0);
	if (minor < GO_MINOR) {
		return `${go.stdout.trim()} is too old: the Collector needs 1.${GO_MINOR} or later`;
	}
	const work = `${binary}.${process.pid}`;
	try {
		await mkdir(cacheFolder, { recursive: true });
		const build = ["build", "-trimpath", "-ldflags=-s -w", "-o", work, "."];
		await run("go", build, { cwd: here, env: goEnvironment, timeout: BUILD_MS });
		// Renamed only when complete, so that an interrupted build is never taken for a whole one.
		await rename(work, binary);
		return undefined;
	} catch (error) {
		const { stderr = String(error) }: { stderr?: string } = Object(error);
		return `Go could not build it from its modules: ${stderr.slice(-512)}`;
	} finally {
		await rm(work, { force: true });
	}
}

/** Returns the Collector's program. */
export async function collectorProgram(): Promise<string> {
	const missing = await missingCollector();
	if (missing !== undefined) throw new Error(`cannot start the Collector: ${missing}`);
	return binary;
}
