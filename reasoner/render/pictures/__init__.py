"""Pictures as SVG: timelines, proofs and maps, that stand alone in a report and can be recoloured on a page."""
