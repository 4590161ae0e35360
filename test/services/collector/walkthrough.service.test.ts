import { mkdtemp, rm, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { tmpdir } from "node:os";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import { portIsFree } from "../kafka/ports.ts";
import { walkthrough } from "../walkthrough/walkthrough.ts";
import { collectorProgram } from "./distribution.ts";

it.runIf(inject("collectorNotRun") === "")(
	"[docs.siem_otlp] the walk-through does as it says with a real Collector",
	async () => {
		expect(await portIsFree(4_318), "port 4318, which the page uses, is taken").toBe(true);
		const bin = await mkdtemp(join(tmpdir(), "mcp-trail-bin-"));
		onTestFinished(async () => rm(bin, { recursive: true, force: true }));
		onTestFinished(() => void vi.unstubAllEnvs());
		await symlink(await collectorProgram(), join(bin, "otelcol-contrib"));
		vi.stubEnv("PATH", `${bin}${delimiter}${process.env["PATH"]}`);
		const { compared } = await walkthrough("docs/siem/otlp.md");
		expect(compared).toBe(3);
	},
);
