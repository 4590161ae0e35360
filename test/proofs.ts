import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { type Requirement, requirements } from "./requirements.ts";

/** Titles of the tests that passed, by file. */
export type Passed = ReadonlyMap<string, readonly string[]>;

/** Requirements that a file was to prove and did not, though it ran. */
export function unproven(all: readonly Requirement[], passed: Passed): readonly string[] {
	return all.flatMap(({ id, provenBy, over = [] }) => {
		const ran = provenBy.filter((file) => passed.has(file));
		const titles = ran.map((file) => ({
			file,
			mine: (passed.get(file) ?? []).filter((title) => title.includes(`[${id}]`)),
		}));
		const idle = titles.flatMap(({ file, mine }) =>
			mine.length === 0 ? [`${id}: no test of ${file} that names it passed`] : [],
		);
		// Cells may be spread over files: they are counted once all of them ran.
		if (ran.length < provenBy.length || idle.length > 0) return idle;
		const told = titles.flatMap(({ mine }) => mine);
		return over.flatMap((cell) =>
			told.some((title) => title.split(" > ").includes(cell)) ? [] : [`${id}: not proven ${cell}`],
		);
	});
}

/** True where something was left out that the machine lacks; the suite has said so itself. */
const leftOut = (module: TestModule): boolean =>
	[...module.children.allTests("skipped")].length > 0;

/** Fails a run in which a file ran without proving what test/requirements.ts says it proves. */
export function proofs(): Reporter {
	let root = "";
	let isWhole = true;
	return {
		onInit(vitest) {
			root = vitest.config.root;
			isWhole = vitest.config.testNamePattern === undefined;
		},
		onTestRunEnd(modules, _errors, reason) {
			if (!isWhole || reason !== "passed") return;
			const repository = root.replace(/\/test\/(?:long|services)$/, "");
			const passed = new Map<string, string[]>();
			for (const module of modules.filter((one) => !leftOut(one))) {
				const file = relative(repository, module.moduleId);
				const titles = [...module.children.allTests("passed")].map(({ fullName }) => fullName);
				passed.set(file, [...(passed.get(file) ?? []), ...titles]);
			}
			const missing = unproven(requirements, passed);
			if (missing.length === 0) return;
			for (const line of missing) console.error(`NOT PROVEN ${line}`);
			process.exitCode = 1;
		},
	};
}
