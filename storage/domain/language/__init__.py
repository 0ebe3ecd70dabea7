"""The languages in which stories are kept and questions read: detecting, stop words, stems. Pure."""
