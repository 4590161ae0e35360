const LOADER = "node:internal/modules/esm/load";
/** Others may stand between: an instrumentation of `node:fs` calls what it replaced. */
const MAX_FRAMES = 50;

/** True when the loader of ES modules is among those who called; also where that cannot be looked at. */
export function calledByLoader(): boolean {
	const before = ["stackTraceLimit", "prepareStackTrace"].map(
		(key) => [key, Object.getOwnPropertyDescriptor(Error, key)] as const,
	);
	try {
		Error.stackTraceLimit = MAX_FRAMES;
		Error.prepareStackTrace = (_, sites) => sites.some((site) => site.getFileName() === LOADER);
		const looked: { readonly stack?: unknown } = {};
		Error.captureStackTrace(looked);
		return looked.stack !== false;
	} catch {
		return true;
	} finally {
		for (const [key, own] of before)
			if (own === undefined) Reflect.deleteProperty(Error, key);
			else Reflect.defineProperty(Error, key, own);
	}
}
