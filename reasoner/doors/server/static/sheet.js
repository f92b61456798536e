// What the map is drawn on: a canvas over all of it, and small images for marks that are drawn again and again.

/* global L */
import { paintPlace, reach } from "./marks.js";

/** A canvas over the whole map, drawn anew whenever Leaflet moves the map: a layer that needs no tiles. */
export const Sheet = L.Layer.extend({
  initialize(draw) {
    this.draw = draw;
  },
  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "sheet", map.getContainer());
    this.canvas.setAttribute("aria-hidden", "true");
    this.ask();
  },
  onRemove() {
    this.canvas.remove();
  },
  getEvents() {
    return { move: this.ask, zoom: this.ask, resize: this.ask, viewreset: this.ask };
  },
  /** However often it is asked, it draws once a frame. */
  ask() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = null;
      if (this._map) this.paint();
    });
  },
  paint() {
    const { x: width, y: height } = this._map.getSize();
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      Object.assign(this.canvas, { width: w, height: h });
      Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    const ctx = this.canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw(ctx, width, height);
  },
});

const press = new OffscreenCanvas(1, 1);

/** The mark of a place as an image, for drawing thousands of them: they are copied, not painted again. */
export function stamped(look, r, colours) {
  const ratio = window.devicePixelRatio || 1;
  press.width = press.height = 2 * Math.ceil((reach(look, r) + 1) * ratio);
  const size = press.width / ratio;
  const ctx = press.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.translate(size / 2, size / 2);
  paintPlace(ctx, look, r, colours);
  return { image: press.transferToImageBitmap(), size, ratio };
}
