/** Takes what could not be observed. */
export type OnWarning = (warning: Error & { readonly code: string }) => void;

/** Warns as Node does: once on stderr, unless the host listens. */
export const emitWarning: OnWarning = (warning) => {
	process.emitWarning(warning.message, { type: "McpTrailWarning", code: warning.code });
};

/** Reports each kind of trouble once: a broken observer must not flood the host's log. */
export function reporter(onWarning: OnWarning) {
	const said = new Set<string>();
	const warn = (code: string, message: string, cause?: unknown): void => {
		if (said.has(code)) return;
		said.add(code);
		try {
			onWarning(Object.assign(new Error(message, { cause }), { code }));
		} catch {
			// The host's own callback failed; there is nobody left to tell.
		}
	};
	const onFault = (fault: unknown): void =>
		warn(
			"observer_failed",
			"An observer of MCP traffic failed; the traffic went on. Report this with the cause.",
			fault,
		);
	return { warn, onFault };
}
