// Fragment shader of the figure: two tones for each material, one light, one shadow. Follows paint.glsl.
in vec3 N; in vec3 R; in vec3 P; in vec4 L;
out vec4 colour;
uniform vec3 eye, light, iris_left, iris_right;
uniform sampler2DShadow shadow;
uniform vec4 tint;
uniform float level;

float segment(vec2 p, vec2 a, vec2 b) {
  vec2 d = b - a;
  return length(p - a - d * clamp(dot(p - a, d) / dot(d, d), 0., 1.));
}
float ink(float d) { float w = fwidth(d) * .75 + 1e-5; return smoothstep(w, -w, d); } // 1 inside, soft by a pixel
void lay(inout vec3 base, inout vec3 shade, int lit, int dark, float much) {
  base = mix(base, hex(lit), much);
  shade = mix(shade, hex(dark), much);
}

void pair(out vec3 base, out vec3 shade, int lit, int dark) { base = hex(lit); shade = hex(dark); }

void face(vec3 r, inout vec3 base, inout vec3 shade) {
  float x = abs(r.x);
  vec2 cheek = vec2(x - .55, r.y - 6.93) / vec2(.24, .18);
  base = mix(base, hex(CHEEK), .32 * exp(-dot(cheek, cheek)) * smoothstep(.6, .85, r.z));
  if (r.z > 1.15) { // lips, with the line between them
    float middle = 6.625 + .012 * cos(x * 9.), w = sqrt(clamp(1. - pow(x / .265, 2.), 0., 1.));
    float up = .062 * w * (1. - .22 * exp(-x * x / .0025)), low = .088 * w;
    float lips = ink(r.y > middle ? r.y - middle - up : middle - r.y - low) * step(x, .265);
    lay(base, shade, LIPS, lips * .62);
    lay(base, shade, MOUTH, .55 * ink(abs(r.y - middle) - .009) * smoothstep(.27, .2, x));
  }
  // inside the mouth: the back of the lips, then the dark
  float within = step(.4, r.z) * step(x, .24) * step(r.y, 6.74), lip = 1.47 - .2 * x - 1.3 * x * x;
  lay(base, shade, 0xB8685F, 0x9A4F49, within * step(6.53, r.y) * smoothstep(lip + .01, lip - .01, r.z));
  lay(base, shade, 0x74302C, 0x5E2624, within * step(6.38, r.y) * smoothstep(lip - .08, lip - .11, r.z));
  if (r.z > .8) { // brows: one soft arch, thick toward the nose
    vec2 q = vec2(x, r.y), a = vec2(.175, 7.572), m = vec2(.375, 7.612), o = vec2(.57, 7.562);
    float d = min(segment(q, a, m), segment(q, m, o)) - mix(.038, .012, smoothstep(.2, .6, x));
    lay(base, shade, BROWS, ink(d));
  }
  float scalp = ink(outsideHair(r)) * (outsideEar(r) < 0. && x > .6 ? 0. : 1.);
  lay(base, shade, SCALP, scalp);
}

void strands(vec3 r, inout vec3 base, inout vec3 shade) {
  // combed from a crown at the back to the fringe: faint darker locks and one band of light
  vec2 q = vec2(r.x + .12, r.z + .35);
  float a = atan(q.x, q.y), lock = sin(a * 21. + 1.5 * sin(r.y * 3.)) * .5 + .5;
  float much = smoothstep(.55, 1., lock) * smoothstep(.15, .6, length(q)) * smoothstep(.0, .25, -outsideHair(r));
  base = mix(base, shade, .20 * much);
  float shine = exp(-pow((r.y - 8.02 - .10 * sin(a * 3.)) / .085, 2.)) * smoothstep(.1, .7, r.z);
  base += vec3(.075, .055, .045) * shine * (1. - .5 * much);
}

void eyeball(vec3 r, inout vec3 base, inout vec3 shade) {
  vec3 c = r.x > 0. ? iris_left : iris_right;
  float d = length(r.xy - c.xy), front = step(c.z - .2, r.z);
  lay(base, shade, IRIS, front * ink(d - .094));
  lay(base, shade, 0x5A3B27, 0x4C3221, front * ink(abs(d - .088) - .008) * .8);
  lay(base, shade, 0x1D1512, 0x1D1512, front * ink(d - .045));
  lay(base, shade, 0xFFFFFF, 0xF4F1EA, front * ink(length(r.xy - c.xy - vec2(-.035, .036)) - .018));
}

float lightAt(vec3 n) { // share of the light that is not in a unshadowed shadow
  vec3 s = L.xyz / L.w * .5 + .5;
  if (any(lessThan(s, vec3(0.))) || any(greaterThan(s, vec3(1.)))) return 1.;
  vec2 pixel = 1.4 / vec2(textureSize(shadow, 0));
  float sum = 0., depth = s.z - .0035; // four soft samples: a fifth does not show
  sum += texture(shadow, vec3(s.xy + vec2(-.9, -.4) * pixel, depth));
  sum += texture(shadow, vec3(s.xy + vec2(.4, -.9) * pixel, depth));
  sum += texture(shadow, vec3(s.xy + vec2(.9, .4) * pixel, depth));
  sum += texture(shadow, vec3(s.xy + vec2(-.4, .9) * pixel, depth));
  return sum / 4.;
}

void main() {
  vec3 r = R;
  float e = outside(material, r), soft_edge = fwidth(e) * .5 + 1e-6;
  float covered = smoothstep(soft_edge, -soft_edge, e); // a painted outline gets as smooth an edge as a mesh has
  if (covered <= .1) discard;
  gl_SampleMask[0] = covered > .85 ? 15 : covered > .6 ? 7 : covered > .35 ? 5 : 1;
  if (material == WATER && P.y > level) discard;
  vec3 n = normalize(N), v = normalize(eye - P);
  bool inside = dot(n, v) < 0.;
  if (inside) n = -n;
  float rim = 1. - max(dot(n, v), 0.);

  if (material == GLASS) {
    float edge = rim * rim, line = smoothstep(.72, .92, rim); // a drawn edge, or the neck is lost on a light ground
    colour = vec4(mix(mix(tint.rgb, vec3(1.), .5 * edge), hex(0x7FA9BC), line), mix(mix(tint.a, .8, edge), .9, line));
    return;
  }
  if (material == WATER) { colour = vec4(mix(tint.rgb, tint.rgb * .78, rim * rim), tint.a); return; }

  vec3 base = tint.rgb, shade = tint.rgb * .76;
  float x = abs(r.x), isFace = 0., ambient = 0.;
  if (material == SKIN) {
    pair(base, shade, SKIN_TONE);
    isFace = smoothstep(5.75, 6.35, r.y) * step(x, 1.6);
    face(r, base, shade);
    if (x > 2.2) { // hands read before a face only with a darker edge
      float edge = smoothstep(.42, .80, rim);
      base = mix(base, shade, .8 * edge); shade = mix(shade, hex(EDGE), edge);
    }
  } else if (material == SHIRT) {
    pair(base, shade, SHIRT_TONE);
    lay(base, shade, STITCH, ink(abs(e + .115) - .014) * .9); // a stitched edge
    if (inside) { base = shade; shade *= .8; }
  } else if (material == TROUSERS) {
    pair(base, shade, TROUSERS_TONE);
    lay(base, shade, SEAM, ink(abs(e + .13) - .02) * step(r.y, -5.));
    if (inside) base = shade;
  } else if (material == HAIR) {
    pair(base, shade, HAIR_TONE);
    strands(r, base, shade);
  } else if (material == EYE) { base = hex(0xFBFAF6); shade = hex(0xDDD7CD); eyeball(r, base, shade); }
  else if (material == LASH) { base = shade = hex(0x33241D); }
  else if (material == TEETH) { base = hex(0xF4F1EA); shade = hex(0xD9D1C7); }
  else if (material == TONGUE) { base = hex(0xC96A62); shade = hex(0x9F4B46); }
  else if (material == SHOE) {
    base = hex(0xE9E2D6); shade = hex(0xC4BBAC);
    lay(base, shade, 0xB9603F, 0x96492E, ink(P.y - FLOOR - .22)); // a warm sole
  }

  float facing = dot(n, light), lit = smoothstep(-.05, .45, facing), unshadowed = lightAt(n);
  float soft = smoothstep(-.45, .35, facing); // hard shadows make a smile look like a scar
  lit = mix(lit, soft, isFace);
  unshadowed = mix(unshadowed, mix(.45, 1., unshadowed), isFace);
  if (material == SKIN) { // the shadow of an ear on the neck would look like an earring
    vec2 ear = vec2(r.z - .25, r.y - 6.42) / vec2(.55, .42);
    unshadowed = mix(unshadowed, 1., step(.5, x) * step(x, 1.2) * smoothstep(1.2, .7, length(ear)));
  }
  if (material == MAT) { lit = 1.; unshadowed = mix(.35, 1., unshadowed); }
  float k = lit * unshadowed;
  k = mix(mix(k, smoothstep(.15, .6, k), .6), k, isFace);
  vec3 c = mix(shade, base, k);
  c += .10 * base * pow(rim, 3.) * step(0., facing) * (material == MAT ? 0. : 1.);
  colour = vec4(c, tint.a);
}
