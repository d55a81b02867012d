// The Synthesis module.
