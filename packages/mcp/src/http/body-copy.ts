import { isCallback, member, override } from "../hook/loose.ts";

/** A second reader of a body, which gives way to the first. */
export interface BodyCopy {
	/** The next part; undefined at its end, once it took too long, or once the host wants no more. */
	read(): Promise<Uint8Array | undefined>;
	/** False where `read` gave up before the end. */
	isWhole(): boolean;
	/** Lets go of the body; twice is harmless. */
	release(): void;
}

/** True for a body that can be copied; an unread copy of what is no web stream (node-fetch) would hold it up. */
export const isCopyable = ({ body, bodyUsed }: Response): boolean =>
	body !== null && !bodyUsed && isCallback(member(body, "getReader")) && !body.locked;

/** Calls `first` before a method, and shows its result. */
function around(
	target: unknown,
	key: string | symbol,
	first: () => void,
	then: (made: unknown) => void = () => undefined,
): void {
	const original = member(target, key);
	if (!isCallback(original) || typeof target !== "object" || target === null) return;
	override(target, key, function (this: unknown, ...args) {
		first();
		const made = Reflect.apply(original, this, args);
		then(made);
		return made;
	});
}

const nothing = (): void => undefined;

/** A copied body reaches its source with a cancel only once both readers want no more: this one goes first. */
function giveWay(body: unknown, release: () => void): void {
	for (const key of ["cancel", "pipeTo", "pipeThrough", "tee"]) around(body, key, release);
	around(body, "getReader", nothing, (reader) => around(reader, "cancel", release));
	for (const key of ["values", Symbol.asyncIterator])
		around(body, key, nothing, (iterator) => around(iterator, "return", release));
}

/** What lets go of all copies of a body: two audits may each have one. */
const releases = new WeakMap<object, () => void>();
let isCopying = false;

function cloned(response: Response): Response {
	isCopying = true;
	try {
		return response.clone();
	} finally {
		isCopying = false;
	}
}

/** Copies a body, for `withinMs` at most; the answer itself stays for its reader, untouched. */
export function bodyCopy(response: Response, withinMs: number): BodyCopy | undefined {
	const releaseEarlier = response.body ? releases.get(response.body) : undefined;
	const reader = cloned(response).body?.getReader();
	if (reader === undefined) return undefined;
	let isWhole = false;
	let isReleased = false;
	let timer: NodeJS.Timeout | undefined;
	const release = (): void => {
		if (isReleased) return;
		isReleased = true;
		clearTimeout(timer);
		void reader.cancel().catch(nothing);
	};
	timer = setTimeout(release, withinMs);
	timer.unref();
	const releaseAll = (): void => {
		// A copy that is made for another audit is no wish of the host's.
		if (isCopying) return;
		release();
		releaseEarlier?.();
	};
	giveWay(response.body, releaseAll);
	if (response.body) releases.set(response.body, releaseAll);
	return {
		async read() {
			const { done, value } = await reader.read();
			if (done) isWhole = !isReleased;
			return value;
		},
		isWhole: () => isWhole,
		release,
	};
}
