// Draws icon.png: the mark that Samuel Plimsoll had painted on ships, a circle with a line through it.
import * as fs from "node:fs";
import * as zlib from "node:zlib";

const SIZE = 256;
const PARTS = 4;
const BACK = [16, 42, 67];
const MARK = [255, 255, 255];
const LINE = [240, 180, 41];

/** The colour of a point, and how much of it there is. Coordinates are from -1 to 1. */
function colour(x, y) {
  const corner = Math.hypot(Math.max(Math.abs(x) - 0.7, 0), Math.max(Math.abs(y) - 0.7, 0));
  if (corner > 0.3) return [0, 0, 0, 0];
  if (Math.abs(x) < 0.82 && Math.abs(y) < 0.07) return [...LINE, 255];
  const distance = Math.hypot(x, y);
  return [...(distance > 0.42 && distance < 0.56 ? MARK : BACK), 255];
}

/** Each pixel is the mean of the points in it. */
function pixel(column, row) {
  const sum = [0, 0, 0, 0];
  for (let at = 0; at < PARTS * PARTS; at++) {
    const place = (it, part) => ((it + (part + 0.5) / PARTS) / SIZE) * 2 - 1;
    const [r, g, b, a] = colour(place(column, at % PARTS), place(row, Math.floor(at / PARTS)));
    [r * a, g * a, b * a, a].forEach((it, index) => (sum[index] += it));
  }
  const [r, g, b, a] = sum;
  return a === 0 ? [0, 0, 0, 0] : [r / a, g / a, b / a, a / (PARTS * PARTS)].map(Math.round);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

function crc(data) {
  let it = 0xffffffff;
  for (const byte of data) {
    it ^= byte;
    for (let bit = 0; bit < 8; bit++) it = (it >>> 1) ^ (it & 1 ? 0xedb88320 : 0);
  }
  return (it ^ 0xffffffff) >>> 0;
}

const rows = [];
for (let row = 0; row < SIZE; row++) {
  rows.push(0);
  for (let column = 0; column < SIZE; column++) rows.push(...pixel(column, row));
}
const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
header.set([8, 6, 0, 0, 0], 8);
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const data = zlib.deflateSync(Buffer.from(rows), { level: 9 });
const image = [signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))];
fs.writeFileSync(new URL("../icon.png", import.meta.url), Buffer.concat(image));
