import { close, fdatasync, fstat, ftruncate, read, writev } from "node:fs";
import type { FileHandle } from "../system.ts";
import { writesThrough } from "./write-through.ts";

type Done<T> = (error: Error | null, value: T) => void;

/** An open descriptor, closed once and only after what is under way: its number soon names another file. */
export function fileHandle(fd: number, appends: boolean): FileHandle {
	let underWay = 0;
	let closing: Promise<void> | undefined;
	let idle: (() => void) | undefined;

	function call<T>(start: (done: Done<T>) => void): Promise<T> {
		if (closing !== undefined) return Promise.reject(closed());
		underWay++;
		return new Promise((resolve, reject) => {
			start((error, value) => {
				underWay--;
				if (underWay === 0) idle?.();
				if (error) reject(error);
				else resolve(value);
			});
		});
	}

	async function closeIdle(): Promise<void> {
		if (underWay > 0) {
			await new Promise<void>((resolve) => {
				idle = resolve;
			});
		}
		await new Promise<void>((resolve, reject) => {
			close(fd, (error) => (error ? reject(error) : resolve()));
		});
	}

	return {
		// Not every system ignores the offset of a file that is opened to append.
		writev: (buffers, position) =>
			call((done) => writev(fd, buffers, appends ? null : position, done)),
		async read(length, position) {
			const buffer = Buffer.allocUnsafe(length);
			let filled = 0;
			while (filled < length) {
				const offset = filled;
				const got = await call<number>((done) =>
					read(fd, buffer, offset, length - offset, position + offset, done),
				);
				if (got === 0) break;
				filled += got;
			}
			return filled === length ? buffer : buffer.subarray(0, filled);
		},
		datasync: () =>
			call<void>((done) =>
				writesThrough ? done(null, undefined) : fdatasync(fd, (error) => done(error, undefined)),
			),
		truncate: (length) =>
			call<void>((done) => ftruncate(fd, length, (error) => done(error, undefined))),
		async size() {
			const { size } = await call<{ readonly size: number }>((done) => fstat(fd, done));
			return size;
		},
		close: () => (closing ??= closeIdle()),
	};
}

function closed(): Error {
	return Object.assign(new Error("EBADF: the file is closed already."), { code: "EBADF" });
}
