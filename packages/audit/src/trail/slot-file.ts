import { crc32 } from "node:zlib";
import type { FileHandle, Files } from "../system.ts";
import { writeAll } from "./json-file.ts";

/** Far enough apart that no torn write reaches both. */
const SLOT_BYTES = 4096;
const HEADER_BYTES = 12;

/** A value kept in two alternating slots: a write that is cut off leaves the one before. */
export interface SlotFile {
	/** The newest valid value; undefined where neither slot is. */
	readonly value: Uint8Array | undefined;
	/** Replaces the value in place, so that it needs no room on the disk. */
	write(value: Uint8Array, sync: boolean): Promise<void>;
	close(): Promise<void>;
}

/** Makes a slot file with its first value, durably; the folder is the caller's to sync. */
export async function createSlotFile(
	files: Files,
	path: string,
	value: Uint8Array,
): Promise<SlotFile> {
	const handle = await files.open(path, "create");
	const whole = Buffer.alloc(SLOT_BYTES * 2);
	whole.set(encode(1, value), SLOT_BYTES);
	try {
		await writeAll(handle, whole, 0);
		await handle.datasync();
	} catch (error) {
		await handle.close();
		throw error;
	}
	return slotFile(handle, 1, value);
}

/** Opens a slot file to read and write. */
export async function openSlotFile(
	files: Files,
	path: string,
	valueBytes: number,
	flag: "update" | "read" = "update",
): Promise<SlotFile> {
	const handle = await files.open(path, flag);
	try {
		const even = decode(await handle.read(HEADER_BYTES + valueBytes, 0), valueBytes);
		const odd = decode(await handle.read(HEADER_BYTES + valueBytes, SLOT_BYTES), valueBytes);
		const newest = (even?.generation ?? -1) > (odd?.generation ?? -1) ? even : odd;
		return slotFile(handle, newest?.generation ?? 0, newest?.value);
	} catch (error) {
		await handle.close();
		throw error;
	}
}

function slotFile(
	handle: FileHandle,
	firstGeneration: number,
	firstValue: Uint8Array | undefined,
): SlotFile {
	let generation = firstGeneration;
	let value = firstValue;
	return {
		get value() {
			return value;
		},
		async write(next, sync) {
			const slot = (generation + 1) % 2;
			await writeAll(handle, encode(generation + 1, next), slot * SLOT_BYTES);
			if (sync) await handle.datasync();
			generation++;
			value = next;
		},
		close: () => handle.close(),
	};
}

function encode(generation: number, value: Uint8Array): Buffer {
	const slot = Buffer.alloc(HEADER_BYTES + value.length);
	slot.writeDoubleLE(generation, 4);
	slot.set(value, HEADER_BYTES);
	slot.writeUInt32LE(crc32(slot.subarray(4)), 0);
	return slot;
}

function decode(
	bytes: Uint8Array,
	valueBytes: number,
): { readonly generation: number; readonly value: Uint8Array } | undefined {
	if (bytes.length !== HEADER_BYTES + valueBytes) return undefined;
	const slot = Buffer.from(bytes);
	const generation = slot.readDoubleLE(4);
	if (slot.readUInt32LE(0) !== crc32(slot.subarray(4)) || generation < 1) return undefined;
	return { generation, value: slot.subarray(HEADER_BYTES) };
}
