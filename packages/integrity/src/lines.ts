/** A line found in the input; `bytes` are only good until the next chunk is pushed. */
export interface Line {
	/** Without the line feed; empty for a line that was too long to keep. */
	readonly bytes: Uint8Array;
	readonly length: number;
	readonly line: number;
	readonly byteOffset: number;
	/** False: the input ended before a line feed. */
	readonly terminated: boolean;
}

/** Cuts chunks into lines. */
export interface LineSplitter {
	push(chunk: Uint8Array): void;
	/** Hands over what stands after the last line feed. */
	end(): void;
}

/** Cuts chunks into lines while never keeping more than `maxLineBytes` of one. */
export function lineSplitter(maxLineBytes: number, onLine: (line: Line) => void): LineSplitter {
	let line = 1;
	let byteOffset = 0;
	// The beginning of a line whose end is still to come, in a buffer that is used again.
	let partial = Buffer.allocUnsafe(0);
	let partialBytes = 0;

	const emit = (last: Uint8Array, terminated: boolean): void => {
		let bytes = last;
		if (partialBytes > 0) {
			keep(last);
			bytes = partial.subarray(0, partialBytes);
		}
		const length = partialBytes > 0 ? partialBytes : last.length;
		if (length > maxLineBytes) bytes = last.subarray(0, 0);
		onLine({ bytes, length, line, byteOffset, terminated });
		line++;
		byteOffset += length + (terminated ? 1 : 0);
		partialBytes = 0;
	};

	const keep = (part: Uint8Array): void => {
		const length = partialBytes + part.length;
		if (length <= maxLineBytes) {
			if (length > partial.length) {
				const larger = Buffer.allocUnsafe(Math.min(maxLineBytes, Math.max(8192, 2 * length)));
				partial.copy(larger, 0, 0, partialBytes);
				partial = larger;
			}
			partial.set(part, partialBytes);
		}
		partialBytes = length;
	};

	return {
		push(chunk) {
			let from = 0;
			for (;;) {
				const to = chunk.indexOf(0x0a, from);
				if (to === -1) break;
				emit(chunk.subarray(from, to), true);
				from = to + 1;
			}
			if (from < chunk.length) keep(chunk.subarray(from));
		},
		end() {
			if (partialBytes > 0) emit(new Uint8Array(0), false);
		},
	};
}
