import type { Sink } from "@mcp-trail/audit";

/** A sink that tells how many events it took, for a receiver that it does not hear from. */
export function counted(sink: Sink): { readonly sink: Sink; readonly taken: () => number } {
	let taken = 0;
	return {
		sink: {
			...sink,
			write: async (batch, signal) => {
				await sink.write(batch, signal);
				taken += batch.length;
			},
		},
		taken: () => taken,
	};
}
