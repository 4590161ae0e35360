import { isListen, refusedListen, type ListenRefused } from "../extension/refuse-listen.ts";
import type { Extension } from "../extension/extension.ts";
import { markEntry } from "./http-ticket.ts";
import { isCallback, member, override } from "./loose.ts";

/** What an entry refuses before it serves. */
export interface EntryGuard {
	readonly extension: Extension;
	/** Called where no edge around the entry counts what it refuses. */
	readonly refused: (request: Request, options: unknown, refusal: ListenRefused) => void;
	readonly onFault: (fault: unknown) => void;
}

/**
 * Hooks what `createMcpHandler()` returned: an entry answers 202 to what it drops as to what it takes, so that an edge
 * around it has to know that it was one. With a guard it refuses the streams of clients that lack what is mandatory:
 * no server behind it would see them.
 */
export function hookEntry(handler: unknown, key: unknown, guard?: EntryGuard): void {
	const serve = member(handler, "fetch");
	if (typeof handler !== "object" || handler === null || !isCallback(serve)) return;
	// What cannot be hooked is left alone: all but that one answer is seen without it.
	if (Object.getOwnPropertyDescriptor(handler, "fetch")?.configurable === false) return;
	if (!Object.isExtensible(handler) && !Object.hasOwn(handler, "fetch")) return;
	override(handler, "fetch", function (this: unknown, ...args) {
		markEntry(key);
		const [request, options] = args;
		const pass = (): unknown => Reflect.apply(serve, this, args);
		return guard !== undefined && isListen(request)
			? guarded(guard, request, options, pass)
			: pass();
	});
}

async function guarded(
	{ extension, refused, onFault }: EntryGuard,
	request: Request,
	options: unknown,
	pass: () => unknown,
): Promise<unknown> {
	let refusal: ListenRefused | undefined;
	try {
		refusal = await refusedListen(extension, request, member(options, "parsedBody"));
		if (refusal) refused(request, options, refusal);
	} catch (fault) {
		// A body that cannot be read is the entry's to refuse.
		onFault(fault);
	}
	return refusal?.response ?? pass();
}
