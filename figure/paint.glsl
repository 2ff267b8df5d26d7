// The paint: everything is drawn as distances in canonical places R (see wardrobe.py), so that edges stay
// crisp at any size and follow every pose. Materials are numbered as in wardrobe.Material; the program is compiled
// once for each of them (MATERIAL), because a processor that draws would otherwise walk through every branch.

const int SKIN = 0, SHIRT = 1, TROUSERS = 2, HAIR = 3, EYE = 4, LASH = 5, TEETH = 6, TONGUE = 7,
          SOLID = 8, GLASS = 9, WATER = 10, SHOE = 11, MAT = 12;
const int material = MATERIAL;

vec3 hex(int c) { return vec3(float((c >> 16) & 255), float((c >> 8) & 255), float(c & 255)) / 255.; }

// ---- outlines: positive is outside, in decimetres
float hairHeight(float z) {
  const float zs[8] = float[](-.9, -.45, .1, .45, .75, 1., 1.2, 1.7);
  const float ys[8] = float[](6.55, 6.6, 6.95, 7.25, 7.45, 7.78, 7.95, 7.98);
  if (z <= zs[0]) return ys[0];
  for (int i = 0; i < 7; i++)
    if (z < zs[i + 1]) return mix(ys[i], ys[i + 1], smoothstep(0., 1., (z - zs[i]) / (zs[i + 1] - zs[i])));
  return ys[7];
}
float outsideHair(vec3 r) {
  // a soft side parting: the fringe sweeps a little from the figure's left to its right
  float front = smoothstep(.8, 1.2, r.z);
  float sweep = .035 * sin(r.x * 3. + 1.) + .05 * smoothstep(-.1, .55, r.x) - .02;
  return hairHeight(r.z) - r.y + front * sweep;
}
float outsideEar(vec3 r) { return (length(vec2(r.z - .38, r.y - 7.1) / vec2(.36, .5)) - 1.) * .4; }
float aboveNeckline(vec3 r) {
  float scoop = .98 - length(vec3(r.x * .92, (r.y - 6.18) * .9, (r.z - .35) * .85));
  return max(scoop, r.y - 5.9);
}
float alongArm(vec3 r) {
  vec3 a = vec3(1.69, 4.99, .22), d = vec3(1.61, -1.77, .04);
  return dot(vec3(abs(r.x), r.yz) - a, d) / dot(d, d);
}
bool onArm(vec3 r) { return abs(r.x) > 1.5 && r.y + 2. * abs(r.x) > 5.95; }
float outsideShirt(vec3 r) {
  float e = max(aboveNeckline(r), HEM - r.y);
  return onArm(r) ? max(e, (alongArm(r) - .62) * 2.39) : e;
}
float outside(int material, vec3 r) {
  if (material == SHIRT) return outsideShirt(r);
  if (material == TROUSERS) return max(max(r.y - HEM - .30, CUFF - r.y), abs(r.x) - 2.6);
  if (material == SHOE) return r.y - CUFF - .22;
  if (material == SKIN) {
    float neck = -aboveNeckline(r + vec3(0., .16, 0.));
    float arm = abs(r.x) > 1.5 ? (.52 - alongArm(r)) * 2.39 : 1.;
    return min(neck, arm);
  }
  if (material == HAIR) return max(outsideHair(r), abs(r.x) > .6 ? -outsideEar(r) : -1.);
  return -1.;
}
