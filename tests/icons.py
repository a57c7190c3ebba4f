"""Makes the PNG icons from the SVG, with Chromium: `make icons`. They are committed, so that no desk needs to."""

from pages.manifest import FOLDER, FULL, ROUND, SVG
from tests.chromium import chromium


def main() -> None:
    """Write icon-*.png (rounded, see-through corners) and full-*.png (to the edge)."""
    svg = SVG.read_text('utf-8')
    with chromium() as browser:
        for name, sizes, picture in (('icon', ROUND, svg), ('full', FULL, svg.replace('rx="7"', 'rx="0"'))):
            for size in sizes:
                page = browser.new_page(viewport={'width': size, 'height': size})
                page.set_content(f'<body style="margin:0">{picture}</body>')
                page.screenshot(path=FOLDER / f'{name}-{size}.png', omit_background=True)
                page.close()


if __name__ == '__main__':
    main()
