import type { Files, ProcessIdentity, System } from "../system.ts";
import { errorCode } from "../system/error-code.ts";
import { readJson, writeJson, writeWhole } from "./json-file.ts";
import { ownerGeneration, ownerName } from "./layout.ts";

/** Who writes or delivers a stream, as its folder says. */
export interface Owner {
	readonly host: string;
	/** Empty where the host has one set of pids. */
	readonly pidSpace: string;
	readonly pid: number;
	readonly startTime: string;
	/** The stream whose owner file carries the owner's lease: the one it writes itself. */
	readonly leaseStream: string;
	/** Last renewal, in milliseconds since the epoch. */
	readonly renewedMs: number;
	/** True: the owner has let go of the stream. */
	readonly released: boolean;
}

/** An owner of another host or container is dead when it has not renewed its lease for so long. */
export const LEASE_MS = 60_000;

/** This process as the owner of a stream. */
export function ownerNow(process: ProcessIdentity, leaseStream: string, nowMs: number): Owner {
	const { host, pidSpace = "", pid, startTime } = process;
	return { host, pidSpace, pid, startTime, leaseStream, renewedMs: nowMs, released: false };
}

/** Writes or renews the owner's file. */
export function writeOwner(
	files: Files,
	folder: string,
	generation: number,
	owner: Owner,
): Promise<void> {
	return writeJson(files, folder, ownerName(generation), storedOwner(owner));
}

/** The newest owner a stream's folder names; `owner` is absent where its file is damaged or missing. */
export async function readOwner(
	files: Files,
	folder: string,
): Promise<{ readonly generation: number; readonly owner?: Owner }> {
	const generations = (await files.list(folder)).map((name) => ownerGeneration(name) ?? -1);
	const generation = Math.max(-1, ...generations);
	if (generation < 0) return { generation };
	const owner = parse(await readJson(files, `${folder}/${ownerName(generation)}`));
	return owner === undefined ? { generation } : { generation, owner };
}

/** True for an owner whose process this one can see. */
export function isNear(owner: Owner, process: ProcessIdentity): boolean {
	return owner.host === process.host && owner.pidSpace === (process.pidSpace ?? "");
}

/** When an owner last renewed its lease, by the clock of its host. */
export async function leaseRenewedMs(files: Files, dir: string, owner: Owner): Promise<number> {
	const lease = await readOwner(files, `${dir}/${owner.leaseStream}`);
	const same = lease.owner?.host === owner.host && lease.owner.pidSpace === owner.pidSpace;
	return (same ? lease.owner?.renewedMs : undefined) ?? owner.renewedMs;
}

/**
 * True while the owner may still write or deliver, at one look: of another host as far as the clocks of the two agree.
 * A folder without a readable owner has none.
 */
export async function ownerLives(
	{ files, process, clock }: Pick<System, "files" | "process" | "clock">,
	dir: string,
	owner: Owner | undefined,
): Promise<boolean> {
	if (owner === undefined || owner.released) return false;
	if (isNear(owner, process)) return process.isAlive(owner);
	return clock.nowMs() - (await leaseRenewedMs(files, dir, owner)) < LEASE_MS;
}

/**
 * Takes a dead owner's stream: of all who try at once, one wins.
 * The new owner's file is given its name by a link, which fails where the name is taken.
 */
export async function claim(
	files: Files,
	folder: string,
	deadGeneration: number,
	owner: Owner,
	nonce: string,
): Promise<number | undefined> {
	const generation = deadGeneration + 1;
	const draft = `${folder}/.claim-${nonce}`;
	await writeWhole(files, draft, storedOwner(owner));
	try {
		await files.link(draft, `${folder}/${ownerName(generation)}`);
	} catch (error) {
		if (errorCode(error) === "EEXIST") return undefined;
		throw error;
	} finally {
		await files.remove(draft);
	}
	await files.syncFolder(folder);
	const names = await files.list(folder);
	if (names.some((name) => (ownerGeneration(name) ?? 0) > generation)) {
		// Others took it since the caller looked, and the name was free only because the newest removes the older ones.
		await files.remove(`${folder}/${ownerName(generation)}`);
		return undefined;
	}
	for (const name of names) {
		const older = ownerGeneration(name);
		if (older !== undefined && older < generation) await files.remove(`${folder}/${name}`);
	}
	return generation;
}

/** An owner as its file says it. */
export function storedOwner(owner: Owner): object {
	return {
		host: owner.host,
		...(owner.pidSpace !== "" && { pid_space: owner.pidSpace }),
		pid: owner.pid,
		start_time: owner.startTime,
		lease_stream: owner.leaseStream,
		renewed: new Date(owner.renewedMs).toISOString(),
		released: owner.released,
	};
}

/** What may stand in a path: an owner file is a word from outside. */
const FOLDER_NAME = /^[a-z0-9-]{1,64}$/u;

function parse(value: Readonly<Record<string, unknown>> | undefined): Owner | undefined {
	if (value === undefined) return undefined;
	const {
		host,
		pid_space: pidSpace = "",
		pid,
		start_time: startTime,
		lease_stream: leaseStream,
		renewed,
		released,
	} = value;
	const renewedMs = typeof renewed === "string" ? Date.parse(renewed) : Number.NaN;
	return typeof host === "string" &&
		typeof pidSpace === "string" &&
		typeof pid === "number" &&
		typeof startTime === "string" &&
		typeof leaseStream === "string" &&
		FOLDER_NAME.test(leaseStream) &&
		Number.isFinite(renewedMs)
		? { host, pidSpace, pid, startTime, leaseStream, renewedMs, released: released === true }
		: undefined;
}
