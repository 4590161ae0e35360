import { fork } from "node:child_process";
import { join } from "node:path";
import { nodeArguments, type Variant } from "./call-paths.ts";
import type { Equipment } from "./equipment.ts";
import { rounds, type Measured, type Side } from "./rounds.ts";

/** A variant in a process of its own, so that one side's hooks and contexts cost the others nothing. */
async function side(variant: Variant): Promise<Side> {
	const worker = fork(join(import.meta.dirname, "worker.ts"), [JSON.stringify(variant)], {
		execArgv: nodeArguments(variant.equipment),
	});
	const next = <T>(): Promise<T> =>
		new Promise((resolve, reject) => {
			const left = (code: number | null): void =>
				reject(new Error(`worker ${JSON.stringify(variant)} left with code ${code}`));
			worker.once("exit", left);
			worker.once("message", (message) => {
				worker.off("exit", left);
				resolve(message as T);
			});
		});
	await next();
	return {
		name: variant.equipment,
		run: (items) => {
			worker.send({ items });
			return next<Measured>();
		},
		close: () =>
			new Promise((resolve) => {
				worker.once("exit", () => resolve());
				worker.send({});
			}),
	};
}

/** Measures one call path with all equipment, interleaved. */
export async function measurePath(
	variant: Omit<Variant, "equipment">,
	kinds: readonly Equipment[],
	options: { readonly rounds: number; readonly items: number; readonly warmUpItems: number },
): Promise<Map<string, readonly Measured[]>> {
	const sides = await Promise.all(kinds.map((equipment) => side({ ...variant, equipment })));
	try {
		return await rounds(sides, options);
	} finally {
		await Promise.all(sides.map((one) => one.close()));
	}
}
