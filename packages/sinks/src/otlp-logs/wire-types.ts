/** How the bytes of a field are to be read: protobuf.dev/programming-guides/encoding. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;
