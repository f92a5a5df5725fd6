// Where a drawing stands when it is opened: whole, or where that is too small to read at its beginning.
export const READABLE = 0.7;

/** Show the whole drawing, or where that is too small to read its beginning; `margin` is what lies over the left. */
export function stand(canvas, margin) {
  canvas.zoom("fit-viewport", "auto");
  if (canvas.zoom() >= READABLE) return;
  const { inner, outer } = canvas.viewbox();
  const [width, height] = [outer.width / READABLE, outer.height / READABLE];
  const beside = Math.max(margin / READABLE, (width - inner.width) / 2);
  const above = Math.max(40, (height - inner.height) / 2);
  canvas.viewbox({ x: inner.x - beside, y: inner.y - above, width, height });
}
