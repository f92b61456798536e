// What lies under the war: land, borders of countries and provinces, and their names.

export const FONT = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", system-ui, sans-serif';
const GRID = 9; // points tried each way, to find where in a country its name may stand
const LEAST = [90, 30]; // pixels across and down of what is seen of a country, to be named

/** Countries and provinces on Mercator's plane, 256 units wide, as paths that the zoom scales. */
export class Ground {
  #seen = "";
  #anchors = [];
  #probe = document.createElement("canvas").getContext("2d");

  /** @param {object[]} features GeoJSON @param {(lat: number, lon: number) => {x: number, y: number}} project */
  constructor(features, project) {
    this.land = new Path2D();
    this.borders = { country: new Path2D(), province: new Path2D() };
    this.countries = [];
    this.sheet = [Infinity, Infinity, -Infinity, -Infinity]; // beyond it nothing is known of land and sea
    this.empty = features.length === 0;
    for (const { geometry, properties } of features) {
      const level = properties.level === "country" ? "country" : "province";
      const path = new Path2D();
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (const line of lines(geometry.coordinates))
        line.forEach(([lon, lat], n) => {
          const { x, y } = project(lat, lon);
          if (n) path.lineTo(x, y);
          else path.moveTo(x, y);
          [box[0], box[1]] = [Math.min(box[0], x), Math.min(box[1], y)];
          [box[2], box[3]] = [Math.max(box[2], x), Math.max(box[3], y)];
        });
      this.borders[level].addPath(path);
      this.sheet = this.sheet.map((edge, n) => (n < 2 ? Math.min : Math.max)(edge, box[n]));
      if (level !== "country") continue;
      this.land.addPath(path);
      this.countries.push({ name: properties.name.toUpperCase(), path, box });
    }
  }

  /** Sea, land and borders. */
  draw(ctx, { scale, corner, ratio }, colours, width, height) {
    ctx.fillStyle = this.empty ? colours.land : colours.paper;
    ctx.fillRect(0, 0, width, height);
    if (this.empty) return;
    const [left, top, right, bottom] = this.sheet;
    ctx.save();
    ctx.setTransform(ratio * scale, 0, 0, ratio * scale, -corner.x * ratio, -corner.y * ratio);
    ctx.beginPath();
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
    ctx.fillStyle = colours.sea;
    ctx.fill();
    ctx.lineJoin = "round";
    ctx.fillStyle = colours.land;
    ctx.fill(this.land, "evenodd");
    ctx.strokeStyle = colours.border;
    ctx.lineWidth = 0.6 / scale;
    ctx.setLineDash([3 / scale, 2 / scale]);
    ctx.stroke(this.borders.province);
    ctx.setLineDash([]);
    ctx.lineWidth = 1.5 / scale;
    ctx.stroke(this.borders.country);
    ctx.restore();
  }

  /** Names of what is seen, where no name of a place stands. */
  drawNames(ctx, { scale, corner }, colours, width, height, room) {
    this.#find(scale, corner, width, height);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = colours.faint;
    ctx.font = `600 12px ${FONT}`;
    ctx.letterSpacing = "2.5px";
    for (const { name, spots } of this.#anchors) {
      const long = ctx.measureText(name).width;
      const free = spots.find(([x, y, wide]) => long < wide && room.take(x - long / 2, y - 7, long, 14));
      if (free) ctx.fillText(name, free[0], free[1]);
    }
    ctx.letterSpacing = "0px";
  }

  /** For each country points in what is seen of it, the deepest first: sought again only when the map has moved. */
  #find(scale, corner, width, height) {
    const seen = [scale, corner.x, corner.y, width, height].join(" ");
    if (seen === this.#seen) return;
    this.#seen = seen;
    const view = [corner.x, corner.y, corner.x + width, corner.y + height].map((one) => one / scale);
    this.#anchors = [];
    for (const { name, path, box } of this.countries) {
      const [left, top] = [Math.max(view[0], box[0]), Math.max(view[1], box[1])];
      const [right, bottom] = [Math.min(view[2], box[2]), Math.min(view[3], box[3])];
      if ((right - left) * scale < LEAST[0] || (bottom - top) * scale < LEAST[1]) continue;
      const [dx, dy] = [(right - left) / (GRID + 1), (bottom - top) / (GRID + 1)];
      const on = (n) => n > 0 && n <= GRID;
      const inside = (i, j) =>
        on(i) && on(j) && this.#probe.isPointInPath(path, left + i * dx, top + j * dy, "evenodd");
      const spots = deep(inside).map(([i, j, half]) => [
        (left + i * dx) * scale - corner.x, (top + j * dy) * scale - corner.y, 2 * half * dx * scale,
      ]);
      if (spots.length) this.#anchors.push({ name, spots });
    }
  }
}

/** The points of the grid that are inside, those first that have most inside around them, with how far to each side. */
function deep(inside) {
  const grid = Array.from({ length: GRID + 2 }, (_, i) => Array.from({ length: GRID + 2 }, (_, j) => inside(i, j)));
  const found = [];
  for (let i = 1; i <= GRID; i += 1)
    for (let j = 1; j <= GRID; j += 1) {
      if (!grid[i][j]) continue;
      const run = (di, dj) => {
        let n = 1;
        while (grid[i + n * di]?.[j + n * dj]) n += 1;
        return n;
      };
      const across = Math.min(run(1, 0), run(-1, 0));
      found.push([i, j, across, across + 0.9 * Math.min(run(0, 1), run(0, -1))]);
    }
  return found.sort((a, b) => b[3] - a[3]);
}

/** The lines of a geometry, however deep they are nested. */
function lines(coordinates) {
  return typeof coordinates[0]?.[0] === "number" ? [coordinates] : coordinates.flatMap(lines);
}
